import { InvalidDataError, type SafetensorsTensor } from '@mien/core';
import {
  add,
  concat1d,
  dispose,
  div,
  fill,
  mul,
  reshape,
  scalar,
  slice1d,
  sqrt,
  square,
  sub,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tidy,
  type Variable,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** The moments and the number of steps taken, as they stand in a checkpoint. */
export type OptimizerState = Readonly<
  Record<'optimizer/mean' | 'optimizer/variance' | 'optimizer/steps', SafetensorsTensor>
>;

/**
 * Adam with decoupled weight decay (Kingma & Ba 2015; Loshchilov & Hutter 2019, algorithm 2, with the decay scaled by the learning rate as PyTorch has it).
 * All variables are updated as one flat vector: a dozen operations a step however many variables there are.
 * Its state is the exact numbers, so that a resumed run goes on bit for bit. TensorFlow.js's own Adam recomputes powers of beta on restoring.
 */
export class AdamW {
  readonly #variables: readonly Variable[];
  readonly #options: AdamWOptions;
  readonly #mean: Variable;
  readonly #variance: Variable;
  readonly #decayMask: Tensor1D;
  #steps = 0;

  /** @param variables what is trained; decay applies to those of two or more dimensions (kernels), not to biases, scales and offsets. */
  constructor(variables: readonly Variable[], options: AdamWOptions) {
    this.#variables = variables;
    this.#options = options;
    const size = variables.reduce((sum, { size: length }) => sum + length, 0);
    this.#mean = tidy(() => variable(zeros([size]), false));
    this.#variance = tidy(() => variable(zeros([size]), false));
    this.#decayMask = tidy(() =>
      concat1d(variables.map(({ rank, size: length }) => fill([length], rank >= 2 ? 1 : 0))),
    );
  }

  /** How many updates were made. */
  get steps(): number {
    return this.#steps;
  }

  /** Updates the variables. @param gradients one for each variable, in their order; not disposed. */
  apply(gradients: readonly Tensor[], learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    this.#steps += 1;
    tidy(() => {
      const gradient = concat1d(gradients.map((value) => reshape(value, [value.size]) as Tensor1D));
      const weights = concat1d(this.#variables.map((value) => reshape(value, [value.size]) as Tensor1D));
      const mean = add(mul(this.#mean, scalar(beta1)), mul(gradient, scalar(1 - beta1)));
      const variance = add(mul(this.#variance, scalar(beta2)), mul(square(gradient), scalar(1 - beta2)));
      const correctedRate = learningRate / (1 - beta1 ** this.#steps);
      const deviation = add(mul(sqrt(variance), scalar(1 / Math.sqrt(1 - beta2 ** this.#steps))), scalar(epsilon));
      let updated = sub(weights, mul(div(mean, deviation), scalar(correctedRate)));
      if (weightDecay > 0)
        updated = sub(updated, mul(mul(weights, this.#decayMask), scalar(learningRate * weightDecay)));
      this.#mean.assign(mean);
      this.#variance.assign(variance);
      let start = 0;
      for (const target of this.#variables) {
        target.assign(reshape(slice1d(updated as Tensor1D, start, target.size), target.shape));
        start += target.size;
      }
    });
  }

  /** The state on the host. */
  async state(): Promise<OptimizerState> {
    const [mean, variance] = await Promise.all([this.#mean.data(), this.#variance.data()]);
    const moment = (data: ArrayLike<number>) =>
      ({ dtype: 'F32', shape: [data.length], data: Float32Array.from(data) }) as const;
    return {
      'optimizer/mean': moment(mean),
      'optimizer/variance': moment(variance),
      'optimizer/steps': { dtype: 'I32', shape: [], data: Int32Array.of(this.#steps) },
    };
  }

  /**
   * Puts a saved state back.
   * @throws {InvalidDataError} when it belongs to a model of another size.
   */
  restore(state: OptimizerState): void {
    const moments = [state['optimizer/mean'], state['optimizer/variance']];
    for (const { data } of moments) {
      if (data.length !== this.#mean.size) {
        throw new InvalidDataError({
          expected: `an optimizer state of ${this.#mean.size} values`,
          found: `${data.length}`,
          fix: 'resume with the model that the state was saved with',
        });
      }
    }
    tidy(() => {
      this.#mean.assign(tensor1d(Float32Array.from(moments[0].data)));
      this.#variance.assign(tensor1d(Float32Array.from(moments[1].data)));
    });
    this.#steps = state['optimizer/steps'].data[0];
  }

  dispose(): void {
    dispose([this.#mean, this.#variance, this.#decayMask]);
  }
}
