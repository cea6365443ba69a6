import { InvalidDataError, type SafetensorsTensor } from '@mien/core';
import {
  add,
  dispose,
  div,
  minimum,
  mul,
  scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tidy,
  type Variable,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { FlatVariables, flatten } from './flat-variables.js';

/** What a rule sees of one step; vectors over all trained weights. */
export interface RuleInput {
  readonly gradient: Tensor1D;
  readonly weights: Tensor1D;
  /** The rule's memory, in the order of its `slots`. */
  readonly slots: readonly Tensor1D[];
  /** 1 where weight decay applies, else 0. */
  readonly decayMask: Tensor1D;
  readonly learningRate: number;
  /** From 1. */
  readonly step: number;
}

/** How a gradient becomes a change of the weights. Numbers that change from step to step enter as tensors: one graph serves every step. */
export interface UpdateRule {
  /** Names of the vectors that the rule remembers from step to step; they begin at 0. */
  readonly slots: readonly string[];
  /** What is taken off the weights, and the slots as they are afterwards. */
  update(input: RuleInput): { readonly decrease: Tensor; readonly slots: readonly Tensor[] };
}

export interface OptimizerOptions {
  /** The gradient is scaled down to this Euclidean norm over all weights where it is longer (Pascanu et al. 2013; as PyTorch's `clip_grad_norm_`). */
  readonly clipNorm?: number;
  /** A factor on the learning rate for each variable, in their order; default 1 for all. */
  readonly rates?: readonly number[];
}

/** Slots and the number of steps taken, as they stand in a checkpoint. */
export type OptimizerState = Readonly<Record<`optimizer/${string}`, SafetensorsTensor>>;

/**
 * Applies a rule to all variables as one flat vector: a dozen operations a step however many variables there are.
 * Its state is the exact numbers, so that a resumed run goes on bit for bit; TensorFlow.js's own Adam recomputes powers of beta on restoring.
 */
export class Optimizer {
  readonly #flat: FlatVariables;
  readonly #rule: UpdateRule;
  readonly #slots: readonly Variable[];
  readonly #decayMask: Tensor1D;
  readonly #rates?: Tensor1D;
  readonly #clipNorm?: number;
  #steps = 0;

  /** @param variables what is trained; decay applies to those of two or more dimensions (kernels), not to biases, scales and offsets. */
  constructor(variables: readonly Variable[], rule: UpdateRule, { clipNorm, rates }: OptimizerOptions = {}) {
    this.#flat = new FlatVariables(variables);
    this.#rule = rule;
    this.#slots = rule.slots.map(() => tidy(() => variable(zeros([this.#flat.size]), false)));
    this.#decayMask = this.#flat.spread(({ rank }) => (rank >= 2 ? 1 : 0));
    if (rates?.some((rate) => rate !== 1)) this.#rates = this.#flat.spread((_, index) => rates[index]);
    this.#clipNorm = clipNorm;
  }

  /** How many updates were made. */
  get steps(): number {
    return this.#steps;
  }

  /** Updates the variables. @param gradients one for each variable, in their order; not disposed. */
  apply(gradients: readonly Tensor[], learningRate: number): void {
    this.#steps += 1;
    tidy(() => {
      const weights = this.#flat.read();
      const { decrease, slots } = this.#rule.update({
        gradient: this.#clip(flatten(gradients)),
        weights,
        slots: this.#slots as readonly Tensor[] as readonly Tensor1D[],
        decayMask: this.#decayMask,
        learningRate,
        step: this.#steps,
      });
      for (const [index, slot] of this.#slots.entries()) slot.assign(slots[index]);
      this.#flat.write(sub(weights, this.#rates ? mul(decrease, this.#rates) : decrease));
    });
  }

  #clip(gradient: Tensor1D): Tensor1D {
    if (this.#clipNorm === undefined) return gradient;
    const norm = sqrt(sum(square(gradient)));
    // PyTorch's 1e-6 against division by 0.
    return mul(gradient, minimum(div(scalar(this.#clipNorm), add(norm, scalar(1e-6))), scalar(1)));
  }

  /** The state on the host. */
  async state(): Promise<OptimizerState> {
    const slots = await Promise.all(
      this.#slots.map(async (slot, index) => {
        const data = Float32Array.from(await slot.data());
        return [`optimizer/${this.#rule.slots[index]}`, { dtype: 'F32', shape: [data.length], data }] as const;
      }),
    );
    return {
      ...Object.fromEntries(slots),
      'optimizer/steps': { dtype: 'I32', shape: [], data: Int32Array.of(this.#steps) },
    };
  }

  /**
   * Puts a saved state back.
   * @throws {InvalidDataError} when it belongs to a model of another size, or to another rule.
   */
  restore(state: OptimizerState): void {
    const saved = this.#rule.slots.map((name) => state[`optimizer/${name}`]);
    for (const [index, slot] of saved.entries()) {
      if (slot?.data.length === this.#flat.size) continue;
      throw new InvalidDataError({
        expected: `an optimizer state of ${this.#flat.size} values of "${this.#rule.slots[index]}"`,
        found: slot ? `${slot.data.length}` : `none, but ${Object.keys(state).join(', ') || 'nothing'}`,
        fix: 'resume with the model and the optimizer that the state was saved with',
      });
    }
    tidy(() => {
      for (const [index, { data }] of saved.entries()) this.#slots[index].assign(tensor1d(Float32Array.from(data)));
    });
    this.#steps = state['optimizer/steps'].data[0];
  }

  dispose(): void {
    dispose([...this.#slots, this.#decayMask, ...(this.#rates ? [this.#rates] : [])]);
  }
}
