import { createRandom } from '@mien/core';
import { type Augmentation, augmentInto, drawMix, mixesSamples, mixInto } from '@mien/preprocessing';
import type { TensorSet } from '@mien/preprocessing/node';

/** Pictures and labels of one step, on the host. */
export interface Batch {
  /** `[size, height, width, channels]`, in the model's input range. */
  readonly pictures: Float32Array;
  /** `[size, classes]`: a distribution over the model's classes in each row; it sums to 1. Train on these. */
  readonly labels: Float32Array;
  /** The class of each picture in the model's order, before it was mixed with another. Count right answers by these. */
  readonly targets: Int32Array;
  readonly size: number;
}

/** What a batch is filled from. */
export interface BatchData {
  readonly set: Pick<TensorSet, 'height' | 'width' | 'channels' | 'images' | 'labels' | 'labelDistributions'>;
  /** The samples that are used. */
  readonly indices: readonly number[];
  /** The model's class for each of the set's labels; −1 for a class that it lacks. */
  readonly classOf: readonly number[];
  /** How many classes the model has; default: one more than the largest of `classOf`. */
  readonly classes?: number;
  readonly range: readonly [number, number];
}

/** Which samples of a tensor set are used, and what their labels are in the model's order. */
export interface BatchSource extends BatchData {
  readonly set: TensorSet;
}

/** What changes the pictures of an epoch. */
export interface BatchAugmentation {
  readonly options: Augmentation;
  readonly seed: number;
  readonly epoch: number;
}

/**
 * Copies samples into a batch. With `augmentation`, each sample's randomness depends on seed, epoch and its own index alone: it is the
 * same picture whatever batch it stands in. mixup and CutMix draw the other sample from `indices`, not from the batch, for the same
 * reason (Zhang et al. 2018 found both equal).
 */
export function fillBatch(data: BatchData, chosen: readonly number[], augmentation?: BatchAugmentation): Batch {
  const { set, classOf, range } = data;
  const { images, labels: setLabels } = set;
  const pixels = set.height * set.width * set.channels;
  const classes = data.classes ?? Math.max(...classOf) + 1;
  const pictures = new Float32Array(chosen.length * pixels);
  const labels = new Float32Array(chosen.length * classes);
  const targets = new Int32Array(chosen.length);
  const [low, high] = range;
  const scale = (high - low) / 255;
  const other = augmentation && mixesSamples(augmentation.options) ? new Float32Array(pixels) : undefined;
  chosen.forEach((index, place) => {
    targets[place] = classOf[setLabels[index]];
    const to = place * pixels;
    const toLabel = place * classes;
    if (!augmentation) {
      const from = index * pixels;
      for (let pixel = 0; pixel < pixels; pixel++) pictures[to + pixel] = low + images[from + pixel] * scale;
      addLabel(labels, toLabel, data, index, 1);
      return;
    }
    const { options, seed, epoch } = augmentation;
    const random = createRandom(seed, 'augmentation', epoch, index);
    augmentInto(pictures, to, images, index * pixels, set, options, random, range);
    const mixing = createRandom(seed, 'mix', epoch, index);
    const mix = other && drawMix(options, set, mixing);
    addLabel(labels, toLabel, data, index, mix?.share ?? 1);
    if (!mix) return;
    const partner = mixing.pick(data.indices);
    augmentInto(other, 0, images, partner * pixels, set, options, mixing, range);
    mixInto(pictures, to, other, set, mix);
    addLabel(labels, toLabel, data, partner, 1 - mix.share);
  });
  return { pictures, labels, targets, size: chosen.length };
}

/** Adds a sample's label, weighted, to a row of labels: its distribution where the set has them, else all on its class. */
function addLabel(labels: Float32Array, to: number, { set, classOf }: BatchData, index: number, weight: number): void {
  const { labels: setLabels, labelDistributions } = set;
  if (!labelDistributions) {
    labels[to + classOf[setLabels[index]]] += weight;
    return;
  }
  const row = labelDistributions.subarray(index * classOf.length, (index + 1) * classOf.length);
  // A class that the model lacks takes no part; the others are scaled to sum to 1.
  const known = row.reduce((sum, share, label) => (classOf[label] >= 0 ? sum + share : sum), 0);
  row.forEach((share, label) => {
    if (classOf[label] >= 0) labels[to + classOf[label]] += (weight * share) / known;
  });
}

/** An epoch's order of samples cut into full batches; the rest that does not fill one is left out, another rest each epoch. */
export function epochBatches(indices: readonly number[], batchSize: number, seed: number, epoch: number): number[][] {
  const order = createRandom(seed, 'order', epoch).shuffle(indices);
  const size = Math.min(batchSize, order.length);
  return Array.from({ length: Math.floor(order.length / size) }, (_, batch) =>
    order.slice(batch * size, (batch + 1) * size),
  );
}
