import { createRandom } from '@mien/core';
import { type Augmentation, augmentInto, type TensorSet } from '@mien/preprocessing';

/** Pictures and targets of one step, on the host. */
export interface Batch {
  /** `[size, height, width, channels]`, in the model's input range. */
  readonly pictures: Float32Array;
  /** Class indices in the model's label order. */
  readonly targets: Int32Array;
  readonly size: number;
}

/** Which samples of a tensor set are used, and what their labels are in the model's order. */
export interface BatchSource {
  readonly set: TensorSet;
  readonly indices: readonly number[];
  /** The model's class for each of the set's labels. */
  readonly classOf: readonly number[];
  readonly range: readonly [number, number];
}

/** Copies samples into a batch. With `augmentation`, each sample's randomness depends on seed, epoch and its own index alone. */
export function fillBatch(
  { set, classOf, range }: BatchSource,
  chosen: readonly number[],
  augmentation?: { options: Augmentation; seed: number; epoch: number },
): Batch {
  const { height, width, channels, images, labels } = set;
  const pixels = height * width * channels;
  const pictures = new Float32Array(chosen.length * pixels);
  const targets = new Int32Array(chosen.length);
  const shape = { height, width, channels };
  const [low, high] = range;
  const scale = (high - low) / 255;
  chosen.forEach((index, place) => {
    targets[place] = classOf[labels[index]];
    if (augmentation) {
      const random = createRandom(augmentation.seed, 'augmentation', augmentation.epoch, index);
      augmentInto(pictures, place * pixels, images, index * pixels, shape, augmentation.options, random, [low, high]);
      return;
    }
    const from = index * pixels;
    const to = place * pixels;
    for (let pixel = 0; pixel < pixels; pixel++) pictures[to + pixel] = low + images[from + pixel] * scale;
  });
  return { pictures, targets, size: chosen.length };
}

/** An epoch's order of samples cut into full batches; the rest that does not fill one is left out, another rest each epoch. */
export function epochBatches(indices: readonly number[], batchSize: number, seed: number, epoch: number): number[][] {
  const order = createRandom(seed, 'order', epoch).shuffle(indices);
  const size = Math.min(batchSize, order.length);
  return Array.from({ length: Math.floor(order.length / size) }, (_, batch) =>
    order.slice(batch * size, (batch + 1) * size),
  );
}
