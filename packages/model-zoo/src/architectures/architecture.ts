import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { z } from 'zod';

/** What a network takes: pixels high and wide, and channels. */
export interface InputShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/**
 * What a network's input is made of:
 * - `picture`: `[batch, height, width, channels]`.
 * - `frames`: pictures of a sequence, stacked as channels, `[batch, height, width, frames × channels]`.
 * - `landmarks`: coordinates, `[batch, values]`; the architecture's file says which.
 * - `frames-and-landmarks`: two inputs, in this order.
 */
export type InputKind = 'picture' | 'frames' | 'landmarks' | 'frames-and-landmarks';

export interface BuildArguments<Options> {
  readonly input: InputShape;
  /** How many classes the softmax at the end has. */
  readonly classes: number;
  /** Seeds the initial weights and dropout; without, kernels are 0, for weights that are filled in afterwards. */
  readonly seed: number | undefined;
  readonly options: Options;
}

/** A layer whose output are logits, and the weight that its softmax cross-entropy has in the sum that training minimises. */
export interface LossHead {
  readonly layer: string;
  readonly weight: number;
}

/** A network that can be built by name. Its file says where the definition comes from. */
export interface Architecture<Schema extends z.ZodType = z.ZodType> {
  readonly id: string;
  /** The paper. */
  readonly source: string;
  /** Words to find it by: its family, and what is particular. */
  readonly tags: readonly string[];
  readonly takes: InputKind;
  /** The input of the published definition; of a network of sequences or landmarks, one frame. */
  readonly defaultInput: InputShape;
  /** What black and white become before the network. */
  readonly range: readonly [number, number];
  /** How many classes the published network tells apart. */
  readonly classes: number;
  readonly options: Schema;
  /**
   * Builds the network with fresh weights. The first output are probabilities `[batch, classes]`, from a layer of its own; the others, if
   * any, are probabilities of heads that only training needs. Layer names are fixed, so that weights keep their names from model to model.
   */
  build(build: BuildArguments<z.infer<Schema>>): LayersModel;
  /** The logits that training compares with the labels, where they are not those of the only output. */
  lossHeads?(options: z.infer<Schema>): readonly LossHead[];
}
