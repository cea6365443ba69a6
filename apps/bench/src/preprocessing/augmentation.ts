import { startEngine } from '@mien/compute';
import { createRandom, EMOTIONS } from '@mien/core';
import { type AugmentationInput, augmentationSchema } from '@mien/preprocessing';
import { type BatchData, createBatchLoader } from '@mien/training';
import { tensor, train } from '@tensorflow/tfjs-core';
import { NETWORKS } from '../engine/networks.js';
import { median } from '../interleave.js';

/** The study's batch. */
const BATCH = 64;

/** Arriaga et al. 2017, and everything that there is. */
const RECIPES: Readonly<Record<string, AugmentationInput>> = {
  none: {},
  usual: { flip: 0.5, rotation: 10, shift: 0.1, zoom: { minimum: 0.9, maximum: 1.1 } },
  everything: {
    flip: 0.5,
    rotation: 10,
    shift: 0.1,
    zoom: { minimum: 0.9, maximum: 1.1 },
    shear: 0.1,
    perspective: 0.05,
    elastic: { strength: 0.02 },
    brightness: 0.1,
    contrast: 0.1,
    noise: 0.05,
    erase: { probability: 0.5 },
    mixup: { probability: 0.5 },
    cutmix: { probability: 0.5 },
  },
};

/**
 * Training steps of mini-Xception, 48×48, with augmentation in between and in a thread, in turns; returns lines to print: time of a step and
 * the share of it that the loop waited for its batch.
 */
export async function measureAugmentation(rounds: number, steps: number): Promise<string> {
  const engine = await startEngine({ forTraining: true });
  const { side, channels, classes, build } = NETWORKS['mini-xception'];
  const random = createRandom(1, 'augmentation');
  const count = steps * BATCH;
  const data: BatchData = {
    set: {
      height: side,
      width: side,
      channels,
      images: Uint8Array.from({ length: count * side * side * channels }, () => random.integer(0, 255)),
      labels: Uint8Array.from({ length: count }, (_, index) => index % classes),
    },
    indices: Array.from({ length: count }, (_, index) => index),
    classOf: EMOTIONS.map((_, label) => label),
    range: [-1, 1],
  };
  const model = build();
  model.compile({ optimizer: train.adam(0.001), loss: 'categoricalCrossentropy' });
  const ways = Object.entries(RECIPES).flatMap(([recipe, input]) =>
    [0, 1].map((threads) => {
      const augmentation = augmentationSchema.parse(input);
      const loader = createBatchLoader(data, { batchSize: BATCH, seed: 1, augmentation, threads });
      return { recipe, threads, loader, stepTimes: [] as number[], waits: [] as number[] };
    }),
  );
  for (let round = -1; round < rounds; round++) {
    for (const { loader, stepTimes, waits } of ways) {
      const before = loader.waited;
      const started = performance.now();
      for await (const batch of loader.epoch(round + 1)) {
        const x = tensor(batch.pictures, [batch.size, side, side, channels]);
        const y = tensor(batch.labels, [batch.size, classes]);
        await model.trainOnBatch(x, y);
        x.dispose();
        y.dispose();
      }
      const total = performance.now() - started;
      // The first round warms up.
      if (round < 0) continue;
      stepTimes.push(total / steps);
      waits.push((loader.waited - before) / total);
    }
  }
  const lines = ways.map(({ recipe, threads, stepTimes, waits }) => {
    const where = threads === 0 ? 'in between' : 'in a thread';
    return `${recipe.padEnd(11)} ${where.padEnd(12)} ${median(stepTimes).toFixed(1).padStart(7)} ms a step, waited ${(100 * median(waits)).toFixed(2)} %\n`;
  });
  for (const { loader } of ways) await loader.close();
  return `${engine.name}, ${engine.runtime}; mini-Xception ${side}×${side}, batch ${BATCH}\n${lines.join('')}`;
}
