import {
  add,
  concat,
  depthwiseConv2d,
  mul,
  scalar,
  serialization,
  slice,
  sqrt,
  square,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';

export interface PictureDerivativesOptions {
  readonly name?: string;
  /** Add the length of the gradient as channels. */
  readonly gradient: boolean;
  /** Add the Laplacian as channels. */
  readonly laplacian: boolean;
}

type Shape = (number | null)[];

/** Sobel's operator, divided by 8: a ramp that rises by 1 a pixel has gradient 1. */
const SOBEL_X = [-1, 0, 1, -2, 0, 2, -1, 0, 1].map((value) => value / 8);
const SOBEL_Y = [-1, -2, -1, 0, 0, 0, 1, 2, 1].map((value) => value / 8);
/** The sum of the second differences along both axes. */
const LAPLACE = [0, 1, 0, 1, -4, 1, 0, 1, 0];

/** The square root's slope at 0 would be infinite. */
const FLOOR = 1e-6;

/**
 * Adds to pictures `[batch, height, width, channels]` the length of their gradient (Sobel) and their Laplacian as further channels: the picture's own come
 * first, then one of each for each. Edges are mirrored.
 */
export class PictureDerivatives extends layers.Layer {
  static readonly className = 'PictureDerivatives';
  readonly gradient: boolean;
  readonly laplacian: boolean;

  constructor({ name, gradient, laplacian }: PictureDerivativesOptions) {
    super({ name });
    this.gradient = gradient;
    this.laplacian = laplacian;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, height, width, channels] = inputShape as Shape;
    return [batch, height, width, (channels as number) * (1 + Number(this.gradient) + Number(this.laplacian))];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const pictures = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor4D;
      const padded = mirrorBorder(mirrorBorder(pictures, 1), 2);
      const filter = (kernel: readonly number[]) => {
        const channels = pictures.shape[3];
        const repeated = kernel.flatMap((value) => Array<number>(channels).fill(value));
        return depthwiseConv2d(padded, tensor4d(repeated, [3, 3, channels, 1]), 1, 'valid');
      };
      const parts: Tensor4D[] = [pictures];
      if (this.gradient) {
        const squares = add(square(filter(SOBEL_X)), square(filter(SOBEL_Y)));
        parts.push(sqrt(add(squares, scalar(FLOOR))) as Tensor4D);
      }
      // A quarter: of the same order as the picture and its gradient.
      if (this.laplacian) parts.push(mul(filter(LAPLACE), scalar(0.25)) as Tensor4D);
      return concat(parts, 3);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), gradient: this.gradient, laplacian: this.laplacian };
  }
}
serialization.registerClass(PictureDerivatives);

/** One more place at both ends of an axis, the mirror of the second. TensorFlow.js's mirrorPad has no right gradient. */
function mirrorBorder(pictures: Tensor4D, axis: 1 | 2): Tensor4D {
  const at = (place: number) => {
    const [begin, size] = [[0, 0, 0, 0], [...pictures.shape]];
    begin[axis] = place;
    size[axis] = 1;
    return slice(pictures, begin as Tensor4D['shape'], size as Tensor4D['shape']);
  };
  return concat([at(1), pictures, at(pictures.shape[axis] - 2)], axis);
}
