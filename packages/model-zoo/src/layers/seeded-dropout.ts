import { createRandom } from '@mien/core';
import { mul, scalar, serialization, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { initializers, type LayersModel, layers } from '@tensorflow/tfjs-layers';

export interface SeededDropoutOptions {
  readonly name?: string;
  /** Share of the values that become 0, in [0, 1). */
  readonly rate: number;
  readonly seed: number;
}

/** TensorFlow.js's LayerVariable, whose type it does not export. */
type LayerVariable = LayersModel['weights'][number];

/**
 * Dropout (Srivastava et al. 2014, scaled in training) whose mask depends on the seed and the number of training steps alone. The number is a
 * weight, `<name>/steps`, that checkpoints carry, so a resumed run draws the same masks as one that never stopped. TensorFlow.js's own layer
 * repeats one mask in every step if it has a seed and cannot be repeated if it has none.
 *
 * The mask is drawn on the host and handed to the engine as data: a graph that an engine has compiled for one step fits all steps.
 */
export class SeededDropout extends layers.Layer {
  static readonly className = 'SeededDropout';
  readonly rate: number;
  readonly seed: number;
  #variable: LayerVariable | undefined;
  #steps = 0;
  /** The data that `#steps` was written as: other data in the variable were put there by somebody else. */
  #written: object | undefined;

  constructor({ name, rate, seed }: SeededDropoutOptions) {
    super({ name });
    this.rate = rate;
    this.seed = seed;
  }

  override build(): void {
    this.#variable = this.addWeight('steps', [], 'float32', initializers.zeros(), undefined, false);
    this.built = true;
  }

  override computeOutputShape<Shape>(inputShape: Shape): Shape {
    return inputShape;
  }

  override call(inputs: Tensor | Tensor[], { training = false }: { training?: boolean }): Tensor {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    if (!training || this.rate === 0) return x.clone();
    return tidy(() => {
      const mask = tensor(drawMask(x.size, this.rate, this.seed, this.#nextStep()), x.shape);
      return mul(x, mask);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed };
  }

  /** The number of steps made before this one; counts it. */
  #nextStep(): number {
    const variable = this.#variable as LayerVariable;
    if (variable.read().dataId !== this.#written) [this.#steps] = variable.read().dataSync();
    const step = this.#steps;
    this.#steps += 1;
    const value = scalar(this.#steps);
    variable.write(value);
    this.#written = value.dataId;
    return step;
  }
}
serialization.registerClass(SeededDropout);

/**
 * A mask of `size` values, 0 with probability `rate` (to 1/65,536) and else 1/(1 − rate), by xoshiro128++ (Blackman & Vigna 2021), two
 * values a draw.
 */
export function drawMask(size: number, rate: number, seed: number, step: number): Float32Array<ArrayBuffer> {
  const random = createRandom(seed, 'mask', step);
  let [a, b, c, d] = Array.from({ length: 4 }, () => random.integer(1, 0x7fffffff));
  const threshold = Math.round(rate * 65_536);
  const kept = 1 / (1 - rate);
  const mask = new Float32Array(size);
  for (let place = 0; place < size; place += 2) {
    const sum = (a + d) | 0;
    const bits = (((sum << 7) | (sum >>> 25)) + a) | 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    // The sign of the difference instead of a branch that no processor can foresee.
    mask[place] = ((threshold - 1 - (bits & 0xffff)) >>> 31) * kept;
    // Beyond the end of an odd mask the write is ignored.
    mask[place + 1] = ((threshold - 1 - (bits >>> 16)) >>> 31) * kept;
  }
  return mask;
}
