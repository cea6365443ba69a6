import { type GraphNode, sizeOf, type Value } from '../graph/graph.js';
import type { LoweringContext } from '../graph/lowering.js';
import { imageSize, setImage, type WindowAttributes, windowOf } from './image.js';

/*
 * Convolution as one product of matrices, for images that are small beside the filter (the deep layers of a network).
 * Channels lie outermost there, so that all pixels of all images are the columns of one matrix, and the filter is used as
 * TensorFlow.js has it, [height · width · in, out]: nothing as large as the filter is ever moved. ONNX Runtime's Conv wants
 * the filter transposed and multiplies it with one image after the other.
 */

/** Pixels of one image up to which a product per image is too narrow to be quick. */
const SMALL_PLANE = 16;

type Window = Pick<WindowAttributes, 'kernel' | 'strides' | 'dilations' | 'pads'>;

/**
 * @param filterShape [height, width, in, out]
 * @param result the convolution's result (or its gradient)
 */
export function prefersMatMul(node: GraphNode, filterShape: readonly number[], result: Value): boolean {
  if (windowOf(node).channelsFirst) return false;
  const [batch, height, width] = result.shape as readonly [number, number, number];
  return height * width <= SMALL_PLANE || batch * height * width <= filterShape[3]!;
}

function matrix(context: LoweringContext, value: Value): string {
  const channels = value.shape[3]!;
  return context.onnx.reshape(context.channelsOutermost(value), [channels, sizeOf(value.shape) / channels]);
}

/** What each position of the window meets, over all positions of the result: [positions, channels, pixels of all images]. */
function patches(
  context: LoweringContext,
  value: Value,
  window: Window,
  result: { height: number; width: number },
): string[] {
  const onnx = context.onnx;
  const [batch, height, width, channels] = value.shape as readonly [number, number, number, number];
  const [top, left, bottom, right] = window.pads;
  const pixels = batch * result.height * result.width;
  let image = context.channelsOutermost(value);
  if (top + left + bottom + right > 0) {
    image = onnx.add('Pad', [image, onnx.integers([0, 0, top, left, 0, 0, bottom, right])]);
  }
  const whole = height + top + bottom === result.height && width + left + right === result.width;
  const [kernelHeight, kernelWidth] = window.kernel;
  return Array.from({ length: kernelHeight * kernelWidth }, (_unused, position) => {
    const start = [
      Math.floor(position / kernelWidth) * window.dilations[0],
      (position % kernelWidth) * window.dilations[1],
    ] as const;
    const end = [
      start[0] + (result.height - 1) * window.strides[0] + 1,
      start[1] + (result.width - 1) * window.strides[1] + 1,
    ];
    const steps = onnx.integers(window.strides);
    const part = whole
      ? image
      : onnx.add('Slice', [image, onnx.integers(start), onnx.integers(end), onnx.integers([2, 3]), steps]);
    return onnx.reshape(part, [1, channels, pixels]);
  });
}

function stack(context: LoweringContext, parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]! : context.onnx.add('Concat', parts, { axis: 0 });
}

/** The patches of a convolution's input as a matrix [positions · in, pixels]: the filter's gradient needs them again. */
function inputPatches(context: LoweringContext, x: Value, window: WindowAttributes, result: Value): string {
  const [positions, channels] = [window.kernel[0] * window.kernel[1], x.shape[3]!];
  return context.derive(x, `patches ${JSON.stringify(window)}`, () => {
    const all = stack(context, patches(context, x, window, imageSize(result, window)));
    return context.onnx.reshape(all, [positions * channels, sizeOf(result.shape) / result.shape[3]!]);
  });
}

function setOutermost(context: LoweringContext, value: Value, name: string): void {
  const [batch, height, width, channels] = value.shape as readonly [number, number, number, number];
  context.setChannelsOutermost(value, context.onnx.reshape(name, [channels, batch, height, width]));
}

export function convolutionAsMatMul(node: GraphNode, context: LoweringContext): void {
  const onnx = context.onnx;
  const [x, filter, bias] = node.inputs;
  const output = node.outputs[0]!;
  const [height, width, channels, results] = filter!.shape as readonly [number, number, number, number];
  const weights = onnx.reshape(context.get(filter!), [height * width * channels, results]);
  const columns = inputPatches(context, x!, windowOf(node), output);
  const product = onnx.addMicrosoft('FusedMatMul', [weights, columns], { transA: 1 });
  const biased = bias && onnx.add('Add', [product, onnx.reshape(context.get(bias), [results, 1])]);
  setOutermost(context, output, biased ?? product);
}

export function filterGradientAsMatMul(node: GraphNode, context: LoweringContext): void {
  const [x, dy] = node.inputs;
  const output = node.outputs[0]!;
  const columns = inputPatches(context, x!, windowOf(node), dy!);
  const gradient = context.onnx.addMicrosoft('FusedMatMul', [columns, matrix(context, dy!)], { transB: 1 });
  context.set(output, context.onnx.reshape(gradient, output.shape));
}

/** Whether {@link inputGradientAsMatMul} can be used: at stride 1, or for single pixels without a border. */
export function canMultiplyInputGradient({ kernel, strides, pads }: WindowAttributes, turnedPads: readonly number[]) {
  if (strides.every((stride) => stride === 1)) return turnedPads.every((pad) => pad >= 0);
  return kernel.every((size) => size === 1) && pads.every((pad) => pad === 0);
}

/** A product per position of the window with the gradient's patches, and the sum of these. */
export function inputGradientAsMatMul(
  node: GraphNode,
  context: LoweringContext,
  turnedPads: WindowAttributes['pads'],
): void {
  const window = windowOf(node);
  const onnx = context.onnx;
  const [dy, filter] = node.inputs;
  const output = node.outputs[0]!;
  const [height, width, channels, results] = filter!.shape as readonly [number, number, number, number];
  const positions = height * width;
  const weights = onnx.reshape(context.get(filter!), [positions, channels, results]);
  if (positions === 1) {
    const product = onnx.add('MatMul', [weights, onnx.reshape(matrix(context, dy!), [1, results, -1])]);
    if (window.strides.every((stride) => stride === 1)) setOutermost(context, output, product);
    else setImage(context, output, spread(context, product, dy!, output, window), window);
    return;
  }
  const turned = { kernel: window.kernel, dilations: window.dilations, strides: [1, 1], pads: turnedPads } as const;
  const parts = patches(context, dy!, turned, imageSize(output, window)).reverse();
  const products = onnx.add('MatMul', [weights, stack(context, parts)]);
  const sum = onnx.sumRows(onnx.reshape(products, [positions, sizeOf(output.shape)]), positions);
  setOutermost(context, output, sum);
}

/** Puts the pixels of a small image [channels, batch · pixels] where a stride took them from, zeros between them. */
function spread(
  context: LoweringContext,
  name: string,
  small: Value,
  large: Value,
  { strides }: WindowAttributes,
): string {
  const onnx = context.onnx;
  const [, height, width] = small.shape as readonly [number, number, number, number];
  const [batch, largeHeight, largeWidth, channels] = large.shape as readonly [number, number, number, number];
  const first = onnx.transpose(onnx.reshape(name, [channels, batch, -1]), [channels, batch, height * width], [1, 0, 2]);
  const apart = onnx.reshape(first, [batch * channels, height, 1, width, 1]);
  const zeros = onnx.integers([0, 0, 0, 0, 0, 0, 0, strides[0] - 1, 0, strides[1] - 1]);
  const spaced = [batch, channels, height * strides[0], width * strides[1]];
  const image = onnx.reshape(onnx.add('Pad', [apart, zeros]), spaced);
  // the last pixels of the large image that no window reached, or zeros after the last one that it did
  const missing = [largeHeight - spaced[2]!, largeWidth - spaced[3]!];
  if (missing.every((count) => count === 0)) return image;
  return onnx.add('Pad', [image, onnx.integers([0, 0, 0, 0, 0, 0, ...missing])]);
}
