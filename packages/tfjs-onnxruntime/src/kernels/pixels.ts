import type { Value } from '../graph/graph.js';
import type { LoweringContext } from '../graph/lowering.js';
import type { WindowAttributes } from './image.js';

/** Row and column of a pixel; outside the image it is zero. */
export type Pixel = readonly [row: number, column: number];

/** Rows of a convolution's result, from `first` to before `end`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** The pixels that every position of a window meets, position by position, over some rows of the result. */
export function windowPixels(window: WindowAttributes, { first, end }: RowRange, width: number): Pixel[] {
  const pixels: Pixel[] = [];
  for (let y = 0; y < window.kernel[0]; y += 1) {
    for (let x = 0; x < window.kernel[1]; x += 1) {
      const top = y * window.dilations[0] - window.pads[0];
      const left = x * window.dilations[1] - window.pads[1];
      for (let row = first; row < end; row += 1) {
        for (let column = 0; column < width; column += 1) {
          pixels.push([row * window.strides[0] + top, column * window.strides[1] + left]);
        }
      }
    }
  }
  return pixels;
}

/**
 * Some pixels of all images, [channels, pixels, batch]. The batch lies innermost, so that a pixel is copied as one block, and by all
 * threads: ONNX Runtime's Slice, Pad and Concat run on one, and copy a row of a small image in blocks of a few numbers.
 */
export function gatherPixels(context: LoweringContext, value: Value, pixels: readonly Pixel[]): string {
  const onnx = context.onnx;
  const [batch, height, width, channels] = value.shape as readonly [number, number, number, number];
  const outside = height * width;
  const indices = pixels.map(([row, column]) =>
    row >= 0 && row < height && column >= 0 && column < width ? row * width + column : outside,
  );
  const image = onnx.reshape(context.channelsOutermost(value), [channels, outside, batch]);
  if (indices.length === outside && indices.every((index, position) => index === position)) return image;
  const source = indices.includes(outside)
    ? context.derive(value, 'with a zero', () => onnx.add('Pad', [image, onnx.integers([0, 0, 0, 0, 1, 0])]))
    : image;
  return onnx.add('Gather', [source, onnx.constant('int32', indices, [indices.length])], { axis: 1 });
}
