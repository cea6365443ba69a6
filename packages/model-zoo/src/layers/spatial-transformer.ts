import {
  add,
  cast,
  clipByValue,
  customGrad,
  expandDims,
  floor,
  type GradSaveFunc,
  gather,
  greaterEqual,
  lessEqual,
  logicalAnd,
  matMul,
  mul,
  reshape,
  scalar,
  scatterND,
  serialization,
  slice,
  sub,
  type Tensor,
  type Tensor4D,
  tensor2d,
  tidy,
  transpose,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';

type Shape = (number | null)[];

/**
 * The places in the input that an affine map sends each output pixel's centre to (Jaderberg et al. 2015, arXiv 1506.02025, section 3.2; PyTorch's
 * `affine_grid` with `align_corners=False`). Coordinates are −1..1 from edge to edge of the outer pixels.
 * @param theta `[batch, 6]`: the rows of the 2×3 matrices. @returns `[batch, height × width, 2]`, x before y.
 */
export function affineGrid(theta: Tensor, height: number, width: number): Tensor {
  return tidy(() => {
    const centres = new Float32Array(height * width * 3);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const place = (row * width + column) * 3;
        centres[place] = (2 * column + 1) / width - 1;
        centres[place + 1] = (2 * row + 1) / height - 1;
        centres[place + 2] = 1;
      }
    }
    const batch = theta.shape[0];
    // [pixels, 3] · [3, batch × 2], one product for the whole batch.
    const maps = reshape(theta, [batch * 2, 3]);
    const places = matMul(maps, tensor2d(centres, [height * width, 3]), false, true);
    return transpose(reshape(places, [batch, 2, height * width]), [0, 2, 1]);
  });
}

/**
 * Rows of a matrix by whole numbers that are floats and may depend on what is trained, which TensorFlow.js's `gather` cannot differentiate past:
 * the index itself has gradient 0.
 */
const gatherRows = customGrad((matrix, index, save) => {
  const rows = cast(index as Tensor, 'int32');
  const { shape } = matrix as Tensor;
  (save as GradSaveFunc)([rows, index as Tensor]);
  return {
    value: gather(matrix as Tensor, rows),
    gradFunc: (slope: Tensor, saved: Tensor[]) => [
      // Adds where rows coincide.
      scatterND(expandDims(saved[0], 1), slope, shape),
      zerosLike(saved[1]),
    ],
  };
});

/** 1 where `value` is in 0..size − 1, else 0; comparisons have no gradient in TensorFlow.js, this has 0. */
function isInside(value: Tensor, size: number): Tensor {
  return customGrad((x) => ({
    value: cast(logicalAnd(greaterEqual(x as Tensor, scalar(0)), lessEqual(x as Tensor, scalar(size - 1))), 'float32'),
    gradFunc: (slope: Tensor) => zerosLike(slope),
  }))(value);
}

/**
 * Reads pictures at the grid's places, bilinearly, 0 outside (PyTorch's `grid_sample`, `padding_mode='zeros'`, `align_corners=False`).
 * Differentiable in the pictures and the grid.
 * @param pictures `[batch, height, width, channels]`; @param grid `[batch, places, 2]`. @returns `[batch, places, channels]`.
 */
export function gridSample(pictures: Tensor4D, grid: Tensor): Tensor {
  return tidy(() => {
    const [batch, height, width, channels] = pictures.shape;
    const places = grid.shape[1] as number;
    const toPixels = (axis: number, size: number) =>
      reshape(sub(mul(add(slice(grid, [0, 0, axis], [batch, places, 1]), scalar(1)), scalar(size / 2)), scalar(0.5)), [
        batch * places,
        1,
      ]);
    const x = toPixels(0, width);
    const y = toPixels(1, height);
    const left = floor(x);
    const top = floor(y);
    const rightShare = sub(x, left);
    const bottomShare = sub(y, top);
    const flat = reshape(pictures, [batch * height * width, channels]);
    const starts = Float32Array.from(
      { length: batch * places },
      (_, index) => Math.floor(index / places) * height * width,
    );
    const firstPixel = tensor2d(starts, [batch * places, 1]);
    const corner = (column: Tensor, row: Tensor, share: Tensor) => {
      const there = mul(isInside(column, width), isInside(row, height));
      const offset = add(mul(clipByValue(row, 0, height - 1), scalar(width)), clipByValue(column, 0, width - 1));
      const index = reshape(add(offset, firstPixel), [batch * places]);
      return mul(gatherRows(flat, index), mul(share, there));
    };
    const right = add(left, scalar(1));
    const bottom = add(top, scalar(1));
    const leftShare = sub(scalar(1), rightShare);
    const topShare = sub(scalar(1), bottomShare);
    const upper = add(corner(left, top, mul(leftShare, topShare)), corner(right, top, mul(rightShare, topShare)));
    const lower = add(
      corner(left, bottom, mul(leftShare, bottomShare)),
      corner(right, bottom, mul(rightShare, bottomShare)),
    );
    return reshape(add(upper, lower), [batch, places, channels]);
  });
}

/**
 * The resampling half of a spatial transformer (Jaderberg et al. 2015). Inputs: pictures `[batch, height, width, channels]` and what a localisation network
 * says of each, `[batch, 6]`, as the difference from the identity, so that a network that says 0 changes nothing.
 * Output: pictures of the same size.
 */
export class SpatialTransformer extends layers.Layer {
  static readonly className = 'SpatialTransformer';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return (inputShape as Shape[])[0];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const [pictures, change] = inputs as [Tensor4D, Tensor];
      const [batch, height, width, channels] = pictures.shape;
      const identity = tensor2d([1, 0, 0, 0, 1, 0], [1, 6]);
      const grid = affineGrid(add(change, identity), height, width);
      return reshape(gridSample(pictures, grid), [batch, height, width, channels]);
    });
  }
}
serialization.registerClass(SpatialTransformer);
