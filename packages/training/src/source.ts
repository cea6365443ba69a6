import { InvalidDataError } from '@mien/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { BatchSource } from './batches.js';

/** What is trained on or measured: pictures (or stacked frames) of a tensor set, and with them, for networks that take any, landmarks. */
export interface TrainingSource extends BatchSource {
  /** A vector for each row of the set, `[rows, length]` row-major; goes to the inputs of the model that are vectors. */
  readonly landmarks?: { readonly values: Float32Array; readonly length: number };
}

/**
 * The tensors for a model's inputs, in their order: pictures where an input is `[height, width, channels]`, landmarks where it is `[length]`.
 * @param pictures `[rows, height, width, channels]` of the chosen rows; @param chosen rows of the set; @param views how many
 * pictures there are of each row, one after the other.
 * @throws {InvalidDataError} when the model takes something that the source does not have.
 */
export function createInputs(
  model: LayersModel,
  { set, landmarks }: TrainingSource,
  pictures: Float32Array,
  chosen: readonly number[],
  views = 1,
): Tensor[] {
  const rows = chosen.length * views;
  return model.inputs.map(({ shape, name }) => {
    const [, ...size] = shape;
    const wanted = size.length === 1 ? landmarks?.length : `${[set.height, set.width, set.channels]}`;
    if (wanted === undefined || `${size}` !== `${wanted}`) {
      throw new InvalidDataError({
        expected: `data for the model's input ${name}, ${size.join('×')} a sample`,
        found: wanted === undefined ? 'no landmarks' : `${String(wanted).replaceAll(',', '×')}`,
        fix: 'pre-process the data to the input of the model',
        details: { input: name, shape: size },
      });
    }
    if (size.length !== 1) return tensor(pictures, [rows, set.height, set.width, set.channels]);
    const { values, length } = landmarks as NonNullable<TrainingSource['landmarks']>;
    const vectors = new Float32Array(rows * length);
    for (let row = 0; row < rows; row++) {
      const from = chosen[Math.floor(row / views)] * length;
      vectors.set(values.subarray(from, from + length), row * length);
    }
    return tensor(vectors, [rows, length]);
  });
}
