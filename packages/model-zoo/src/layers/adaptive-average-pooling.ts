import { matMul, reshape, serialization, type Tensor, tensor2d, tidy, transpose } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';

export interface AdaptiveAveragePoolingOptions {
  readonly name?: string;
  readonly height: number;
  readonly width: number;
}

type Shape = (number | null)[];

/**
 * Means over windows that divide `[batch, height, width, channels]` of any size into a fixed grid, as PyTorch's `AdaptiveAvgPool2d`: window i of n over
 * a length L reaches from ⌊iL/n⌋ to ⌈(i+1)L/n⌉; windows overlap where n does not divide L.
 */
export class AdaptiveAveragePooling2D extends layers.Layer {
  static readonly className = 'AdaptiveAveragePooling2D';
  readonly height: number;
  readonly width: number;

  constructor({ name, height, width }: AdaptiveAveragePoolingOptions) {
    super({ name });
    this.height = height;
    this.width = width;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, , , channels] = inputShape as Shape;
    return [batch, this.height, this.width, channels];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const [batch, height, width, channels] = x.shape;
      // Along the height: [n, height] · [batch, height, width × channels]; then likewise along the width.
      const rows = matMul(this.#windows(height, this.height), reshape(x, [batch, height, width * channels]));
      const columns = transpose(reshape(rows, [batch, this.height, width, channels]), [0, 2, 1, 3]);
      const means = matMul(this.#windows(width, this.width), reshape(columns, [batch, width, this.height * channels]));
      return transpose(reshape(means, [batch, this.width, this.height, channels]), [0, 2, 1, 3]);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), height: this.height, width: this.width };
  }

  /** `[1, count, length]`: in each row, one over the window's length inside it, else 0. */
  #windows(length: number, count: number): Tensor {
    const matrix = new Float32Array(count * length);
    for (let index = 0; index < count; index++) {
      const start = Math.floor((index * length) / count);
      const end = Math.ceil(((index + 1) * length) / count);
      matrix.fill(1 / (end - start), index * length + start, index * length + end);
    }
    return reshape(tensor2d(matrix, [count, length]), [1, count, length]);
  }
}
serialization.registerClass(AdaptiveAveragePooling2D);
