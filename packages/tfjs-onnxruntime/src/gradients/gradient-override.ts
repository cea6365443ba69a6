import type { Tensor } from '@tensorflow/tfjs-core';

type GradientFunction = (dy: Tensor, saved: Tensor[], attributes: object) => Record<string, () => Tensor>;

/** A gradient that records less than TensorFlow.js's own, with the same result. */
export interface GradientOverride {
  readonly kernelName: string;
  /** Whether it can be used for these saved tensors; always when absent. */
  readonly applies?: (saved: readonly (Tensor | undefined)[]) => boolean;
  readonly gradient: GradientFunction;
}
