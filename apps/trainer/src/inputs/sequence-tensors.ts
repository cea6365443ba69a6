import type { Sample, Sequence } from '@mien/core';
import { InvalidDataError } from '@mien/core';
import type { OpenedDataset } from '@mien/datasets';
import { pickFrames } from '@mien/model-zoo';
import type { TensorSample, TensorSet } from '@mien/preprocessing/node';

/** A sequence by the frames that a network sees of it. */
export interface PickedSequence extends Omit<Sequence, 'frames'> {
  /** In the order of time; a short sequence repeats some. */
  readonly frames: Sequence['frames'];
}

/**
 * The sequences of a data set, `count` frames of each.
 * @throws {InvalidDataError} when it has none.
 */
export async function pickSequences(dataset: OpenedDataset, count: number): Promise<PickedSequence[]> {
  const picked: PickedSequence[] = [];
  for await (const { frames, ...sequence } of dataset.sequences?.() ?? []) {
    picked.push({ ...sequence, frames: pickFrames(frames.length, count).map((frame) => frames[frame]) });
  }
  if (picked.length > 0) return picked;
  throw new InvalidDataError({
    expected: `sequences in ${dataset.name}, for a network of frames`,
    found: 'single pictures only',
    fix: 'use a data set of sequences: ck-plus, or a generated one with "sequences"; or a network of single pictures',
    details: { dataset: dataset.name },
  });
}

/** The frames of sequences as a data set of single pictures: so they are pre-processed and kept as any others. */
export function framesAsDataset(
  dataset: OpenedDataset,
  sequences: readonly PickedSequence[],
  count: number,
): OpenedDataset {
  const samples = new Map<string, Sample>();
  for (const { frames, id: _, ...sequence } of sequences) {
    for (const { id, load } of frames) samples.set(id, { ...sequence, id, load });
  }
  return {
    name: dataset.name,
    labels: dataset.labels,
    licence: dataset.licence,
    issues: [],
    async *samples() {
      yield* samples.values();
    },
    fingerprint: async () => `${await dataset.fingerprint()}, ${count} frames of each sequence`,
  };
}

/**
 * Stacks the frames of each sequence as channels of one picture: a row a sequence.
 * @param frames the tensors of `framesAsDataset`. @param isUsable of a frame, beside being there.
 * @returns sequences of which a frame is missing are left out, and counted.
 */
export function stackFrames(
  frames: TensorSet,
  sequences: readonly PickedSequence[],
  isUsable: (frame: string) => boolean = () => true,
): { readonly set: TensorSet; readonly sequences: readonly PickedSequence[]; readonly leftOut: number } {
  const rowOf = new Map(frames.samples.map(({ id }, row) => [id, row]));
  const whole = sequences.filter((sequence) => sequence.frames.every(({ id }) => rowOf.has(id) && isUsable(id)));
  if (whole.length === 0) {
    throw new InvalidDataError({
      expected: `sequences of ${frames.index.name} with a face in every frame`,
      found: `none of ${sequences.length}`,
      fix: 'let the pipeline take frames without a face whole (onMissing), or use other data',
    });
  }
  const { height, width, channels } = frames;
  const count = whole[0].frames.length;
  const pixels = height * width;
  const images = new Uint8Array(new SharedArrayBuffer(whole.length * pixels * count * channels));
  for (const [row, sequence] of whole.entries()) {
    for (const [place, { id }] of sequence.frames.entries()) {
      const from = (rowOf.get(id) as number) * pixels * channels;
      for (let pixel = 0; pixel < pixels; pixel++) {
        const to = ((row * pixels + pixel) * count + place) * channels;
        for (let channel = 0; channel < channels; channel++) {
          images[to + channel] = frames.images[from + pixel * channels + channel];
        }
      }
    }
  }
  const samples = whole.map(
    ({ id, emotion, subject, split, groups }): TensorSample => ({ id, emotion, subject, split, groups }),
  );
  const labels = Uint8Array.from(samples, ({ emotion }) => frames.index.labels.indexOf(emotion));
  const set: TensorSet = {
    index: frames.index,
    height,
    width,
    // Training and networks take any number; the type is that of pictures.
    channels: (count * channels) as TensorSet['channels'],
    images,
    labels,
    samples,
  };
  return { set, sequences: whole, leftOut: sequences.length - whole.length };
}
