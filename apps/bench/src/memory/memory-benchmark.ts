import { createRandom } from '@mien/core';
import { registerOnnxRuntimeBackend } from '@mien/tfjs-onnxruntime';
import { memory, ready, setBackend, type Tensor, tensor, train } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Command } from 'commander';
import { NETWORKS } from '../engine/networks.js';
import { median } from '../interleave.js';
import { parseCount } from '../parse-count.js';

interface MemoryBenchmarkOptions {
  readonly steps: number;
  readonly predictions: number;
  readonly batch: number;
  readonly largest: number;
}

/** Samples in each half of which the resident memory is compared. */
const SAMPLES = 20;
const MEBIBYTE = 2 ** 20;

/** Runs `action` count times; says what the process held in the first and last quarter (the very first is warming up). */
async function watch(title: string, count: number, action: (index: number) => Promise<unknown>): Promise<void> {
  const resident: number[] = [];
  const tensors = new Set<number>();
  for (let index = 0; index < count; index++) {
    await action(index);
    if ((index + 1) % Math.ceil(count / SAMPLES) !== 0) continue;
    resident.push(process.memoryUsage().rss / MEBIBYTE);
    tensors.add(memory().numTensors);
  }
  const quarter = Math.ceil(resident.length / 4);
  const early = median(resident.slice(quarter, 2 * quarter));
  const late = median(resident.slice(-quarter));
  const change = (100 * (late / early - 1)).toFixed(1);
  const all = resident.map((value) => value.toFixed(0)).join(' ');
  process.stdout.write(
    `${count} ${title}: ${early.toFixed(0)} MiB in the second quarter, ${late.toFixed(0)} MiB in the last (${change} %); tensors ${[...tensors].join(', ')}\n  resident MiB: ${all}\n`,
  );
}

function pictures(batch: number): Tensor {
  const random = createRandom(batch, 'memory');
  const { side } = NETWORKS['mini-xception'];
  return tensor(
    Float32Array.from({ length: batch * side * side }, () => random.uniform(-1, 1)),
    [batch, side, side, 1],
  );
}

function trainStep(model: LayersModel, batch: number): () => Promise<unknown> {
  const { classes } = NETWORKS['mini-xception'];
  const hot = Float32Array.from({ length: batch * classes }, (_, index) => Number(index % (classes + 1) === 0));
  return async () => {
    const x = pictures(batch);
    const y = tensor(hot, [batch, classes]);
    await model.trainOnBatch(x, y);
    x.dispose();
    y.dispose();
  };
}

/** `bench memory`. */
export function memoryBenchmark(): Command {
  return new Command('memory')
    .description('resident memory of the onnxruntime engine over many steps and predictions of mini-Xception, 48×48')
    .option('--steps <count>', 'training steps', parseCount, 2000)
    .option('--predictions <count>', 'predictions', parseCount, 10_000)
    .option('--batch <count>', 'pictures a step', parseCount, 16)
    .option('--largest <count>', 'predictions have 1 to this many pictures', parseCount, 40)
    .action(async ({ steps, predictions, batch, largest }: MemoryBenchmarkOptions) => {
      const backend = registerOnnxRuntimeBackend();
      await setBackend('onnxruntime');
      await ready();
      const model = NETWORKS['mini-xception'].build();
      model.compile({ optimizer: train.adam(0.001), loss: 'categoricalCrossentropy' });
      await watch('steps', steps, trainStep(model, batch));
      const random = createRandom(1, 'sizes');
      await watch('predictions', predictions, async () => {
        const x = pictures(1 + Math.floor(random.uniform(0, largest)));
        const y = model.predict(x) as Tensor;
        await y.data();
        x.dispose();
        y.dispose();
      });
      const { sessions, compilations } = backend.statistics();
      process.stdout.write(`compiled graphs: ${sessions} held, ${compilations} made\n`);
    });
}
