import { InvalidDataError, type SafetensorsTensor } from '@mien/core';
import {
  add,
  mul,
  scalar,
  sub,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tidy,
  type Variable,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { FlatVariables } from '../optimizers/flat-variables.js';
import { movingStatistics } from './batch-statistics.js';

/** A mean of the weights over the run, which is evaluated and kept in their place. */
export const averagingSchema = z.discriminatedUnion('type', [
  /** Exponential moving average after every step (Polyak & Juditsky 1992; as TensorFlow and timm have it). */
  z.strictObject({
    type: z.literal('ema'),
    /** Share of the old average; the first steps use (1 + step) / (10 + step) where that is less. */
    decay: z.number().min(0).lt(1).default(0.999),
  }),
  /** Stochastic weight averaging (Izmailov et al. 2018): the mean of the weights at the ends of the last epochs. */
  z.strictObject({
    type: z.literal('swa'),
    /** The first epoch (from 1) that counts. */
    startEpoch: z.number().int().positive(),
    /** The learning rate from there on; none: the schedule's. The paper keeps it constant and high. */
    learningRate: z.number().positive().optional(),
    /** Batch normalisation's statistics are measured anew over so many training batches (the paper: all of them). */
    statisticsBatches: z.number().int().positive().default(64),
  }),
]);

export type Averaging = z.output<typeof averagingSchema>;

/** The average and how many values it is made of, as they stand in a checkpoint. */
export type AverageState = Readonly<Record<`average/${string}`, SafetensorsTensor>>;

/** A running mean of a model's trained weights and of batch normalisation's statistics. */
export class WeightAverage {
  readonly #flat: FlatVariables;
  readonly #average: Variable;
  readonly #options: Averaging;
  #count = 0;

  constructor(model: LayersModel, options: Averaging) {
    // Not what layers count or know beside: only what is trained, and what follows from it.
    this.#flat = new FlatVariables([
      ...model.trainableWeights.map((weight) => weight.read() as Variable),
      ...movingStatistics(model),
    ]);
    this.#average = tidy(() => variable(zeros([this.#flat.size]), false));
    this.#options = options;
  }

  /** How many values the average is made of; 0: there is none yet. */
  get count(): number {
    return this.#count;
  }

  /** Takes the weights as they are into the average. */
  add(): void {
    const count = this.#count;
    // The share of the new value; a tensor, so that one graph serves every step.
    const share =
      this.#options.type === 'swa'
        ? 1 / (count + 1)
        : count === 0
          ? 1
          : 1 - Math.min(this.#options.decay, (1 + count) / (10 + count));
    tidy(() => {
      const change = sub(this.#flat.read(), this.#average);
      this.#average.assign(add(this.#average, mul(change, scalar(share))) as Tensor1D);
    });
    this.#count += 1;
  }

  /** Puts the average into the model. */
  write(): void {
    this.#flat.write(this.#average as Tensor as Tensor1D);
  }

  /** The state on the host. */
  async state(): Promise<AverageState> {
    const data = Float32Array.from(await this.#average.data());
    return {
      'average/values': { dtype: 'F32', shape: [data.length], data },
      'average/count': { dtype: 'I32', shape: [], data: Int32Array.of(this.#count) },
    };
  }

  /**
   * Puts a saved state back.
   * @throws {InvalidDataError} when it belongs to a model of another size.
   */
  restore(state: AverageState): void {
    const values = state['average/values'];
    if (values?.data.length !== this.#flat.size) {
      throw new InvalidDataError({
        expected: `an average of ${this.#flat.size} weights`,
        found: values ? `${values.data.length}` : 'none',
        fix: 'resume with the model and the averaging that the state was saved with',
      });
    }
    tidy(() => this.#average.assign(tensor1d(Float32Array.from(values.data))));
    this.#count = state['average/count'].data[0];
  }

  dispose(): void {
    this.#average.dispose();
  }
}
