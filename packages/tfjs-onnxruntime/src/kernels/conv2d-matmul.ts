import { type GraphNode, sizeOf, type Value } from '../graph/graph.js';
import type { LoweringContext } from '../graph/lowering.js';
import { imageSize, type WindowAttributes, windowOf } from './image.js';
import { gatherPixels, type Pixel, windowPixels } from './pixels.js';

/*
 * Convolution as one product of matrices, for images that are small beside the filter (the deep layers of a network).
 * Channels lie outermost and the batch innermost there, so that all pixels of all images are the columns of one matrix.
 * ONNX Runtime's Conv multiplies the filter with one image after the other.
 */

/** Pixels of one image up to which a product per image is too narrow to be quick. */
const SMALL_PLANE = 16;

/**
 * @param filterShape [height, width, in, out]
 * @param result the convolution's result (or its gradient)
 */
export function prefersMatMul(node: GraphNode, filterShape: readonly number[], result: Value): boolean {
  if (windowOf(node).channelsFirst) return false;
  const [batch, height, width] = result.shape as readonly [number, number, number];
  return height * width <= SMALL_PLANE || batch * height * width <= filterShape[3]!;
}

/** All pixels of all images as columns, [channels, pixels · batch]. */
function matrix(context: LoweringContext, value: Value): string {
  const channels = value.shape[3]!;
  return context.onnx.reshape(context.channelsOutermost(value), [channels, sizeOf(value.shape) / channels]);
}

/** The patches of a convolution's input as a matrix [in · positions, pixels · batch]: the filter's gradient needs them again. */
function inputPatches(context: LoweringContext, x: Value, window: WindowAttributes, result: Value): string {
  const [positions, channels] = [window.kernel[0] * window.kernel[1], x.shape[3]!];
  const { height, width } = imageSize(result, window);
  return context.derive(x, `patches ${JSON.stringify(window)}`, () => {
    const pixels = gatherPixels(context, x, windowPixels(window, { first: 0, end: height }, width));
    return context.onnx.reshape(pixels, [channels * positions, sizeOf(result.shape) / result.shape[3]!]);
  });
}

/** Declares a matrix [channels, pixels · batch] to be a value. */
function setMatrix(context: LoweringContext, value: Value, name: string): void {
  const [batch, height, width, channels] = value.shape as readonly [number, number, number, number];
  context.setChannelsOutermost(value, context.onnx.reshape(name, [channels, height, width, batch]));
}

export function convolutionAsMatMul(node: GraphNode, context: LoweringContext): void {
  const onnx = context.onnx;
  const [x, filter, bias] = node.inputs;
  const [height, width, channels, results] = filter!.shape as readonly [number, number, number, number];
  const ordered = onnx.transpose(context.get(filter!), filter!.shape, [3, 2, 0, 1]);
  const weights = onnx.reshape(ordered, [results, channels * height * width]);
  const columns = inputPatches(context, x!, windowOf(node), node.outputs[0]!);
  const product = onnx.add('MatMul', [weights, columns]);
  const biased = bias && onnx.add('Add', [product, onnx.reshape(context.get(bias), [results, 1])]);
  setMatrix(context, node.outputs[0]!, biased ?? product);
}

export function filterGradientAsMatMul(node: GraphNode, context: LoweringContext): void {
  const onnx = context.onnx;
  const [x, dy] = node.inputs;
  const output = node.outputs[0]!;
  const [height, width, channels, results] = output.shape as readonly [number, number, number, number];
  const columns = inputPatches(context, x!, windowOf(node), dy!);
  const gradient = onnx.addMicrosoft('FusedMatMul', [columns, matrix(context, dy!)], { transB: 1 });
  const apart = onnx.reshape(gradient, [channels, height, width, results]);
  context.set(output, onnx.transpose(apart, [channels, height, width, results], [1, 2, 0, 3]));
}

/** Where along one axis a stride's phase has gradient, for each position of the window that meets it. */
function phaseOf(phase: number, size: number, axis: 0 | 1, window: WindowAttributes): Map<number, number[]> {
  const stride = window.strides[axis];
  const places = new Map<number, number[]>();
  for (let position = 0; position < window.kernel[axis]; position += 1) {
    const offset = phase + window.pads[axis] - position * window.dilations[axis];
    if (offset % stride !== 0) continue;
    const count = Math.ceil((size - phase) / stride);
    places.set(
      position,
      Array.from({ length: count }, (_unused, index) => offset / stride + index),
    );
  }
  return places;
}

/**
 * The gradient for the input: pixels that lie alike between the steps of a stride meet the same positions of the window, and are one
 * product of matrices (at stride 1, all are).
 */
export function inputGradientAsMatMul(node: GraphNode, context: LoweringContext): void {
  const window = windowOf(node);
  const onnx = context.onnx;
  const [dy, filter] = node.inputs;
  const output = node.outputs[0]!;
  const [batch, height, width] = output.shape as readonly [number, number, number];
  const [kernelHeight, kernelWidth, channels, results] = filter!.shape as readonly [number, number, number, number];
  const weights = onnx.reshape(context.get(filter!), [kernelHeight * kernelWidth, channels * results]);
  const parts: string[] = [];
  const order = new Array<number>(height * width);
  let done = 0;
  for (let top = 0; top < Math.min(window.strides[0], height); top += 1) {
    for (let left = 0; left < Math.min(window.strides[1], width); left += 1) {
      const positions: number[] = [];
      const pixels: Pixel[] = [];
      for (const [y, rows] of phaseOf(top, height, 0, window)) {
        for (const [x, columns] of phaseOf(left, width, 1, window)) {
          positions.push(y * kernelWidth + x);
          for (const row of rows) for (const column of columns) pixels.push([row, column]);
        }
      }
      const first = done;
      for (let row = top; row < height; row += window.strides[0]) {
        for (let column = left; column < width; column += window.strides[1]) order[row * width + column] = done++;
      }
      const count = done - first;
      if (positions.length === 0) {
        parts.push(onnx.add('Expand', [onnx.scalar(0, 'float32'), onnx.integers([channels, count, batch])]));
        continue;
      }
      const met = onnx.add('Gather', [weights, onnx.constant('int32', positions, [positions.length])], { axis: 0 });
      const turned = onnx.transpose(met, [positions.length, channels * results], [1, 0]);
      const operands = [
        onnx.reshape(turned, [channels, results * positions.length]),
        onnx.reshape(gatherPixels(context, dy!, pixels), [results * positions.length, count * batch]),
      ];
      parts.push(onnx.reshape(onnx.add('MatMul', operands), [channels, count, batch]));
    }
  }
  const all = parts.length === 1 ? parts[0]! : onnx.add('Concat', parts, { axis: 1 });
  const inOrder =
    parts.length === 1 ? all : onnx.add('Gather', [all, onnx.constant('int32', order, [order.length])], { axis: 1 });
  setMatrix(context, output, inOrder);
}
