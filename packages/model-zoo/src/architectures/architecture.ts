import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { z } from 'zod';

/** What a network takes: pixels high and wide, and channels. */
export interface InputShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

export interface BuildArguments<Options> {
  readonly input: InputShape;
  /** How many classes the softmax at the end has. */
  readonly classes: number;
  /** Seeds the initial weights. */
  readonly seed: number;
  readonly options: Options;
}

/** A network that can be built by name. Its file says where the definition comes from. */
export interface Architecture<Schema extends z.ZodType = z.ZodType> {
  readonly id: string;
  /** The paper. */
  readonly source: string;
  /** The input of the published definition. */
  readonly defaultInput: InputShape;
  readonly options: Schema;
  /**
   * Builds the network with fresh weights. Input `[batch, height, width, channels]`, output probabilities `[batch, classes]`.
   * Layer names are fixed, so that weights keep their names from model to model.
   */
  build(build: BuildArguments<z.infer<Schema>>): LayersModel;
}
