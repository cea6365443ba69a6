import type { Value } from '../graph/graph.js';
import type { LoweringContext } from '../graph/lowering.js';
import { imageSize, type WindowAttributes } from './image.js';

/**
 * Convolution in ONNX Runtime's blocked layout, whose kernels read pixels where they lie instead of copying patches of them
 * (a fifth to a half faster than Conv, by size). ONNX Runtime itself only uses them for constant filters. A filter is reordered at
 * every call; TensorFlow's order keeps a block of results together, so that this is a copy of blocks.
 */
export function canBlockConvolution(
  context: LoweringContext,
  window: WindowAttributes,
  channels: number,
  results: number,
): boolean {
  const [height, width] = window.kernel;
  const block = context.channelBlock;
  // single pixels are a product of matrices, for which Conv copies nothing
  const readable = channels % block === 0 || channels < block;
  return height * width > 1 && block > 0 && !window.channelsFirst && readable && results % block === 0;
}

/**
 * @param filter [positions, in, out]; its result, [out, in, height, width], is blocked in both, or in `out` alone where the
 *   input has less than a block of channels
 */
function blockedFilter(
  context: LoweringContext,
  filter: string,
  [height, width]: readonly [number, number],
  channels: number,
  results: number,
): string {
  const onnx = context.onnx;
  const block = context.channelBlock;
  const inner = channels < block ? 1 : block;
  const blocks = onnx.reshape(filter, [height * width, channels / inner, inner, results / block, block]);
  const ordered = onnx.add('Transpose', [blocks], { perm: [3, 1, 0, 2, 4] });
  return onnx.reshape(ordered, [results, channels, height, width]);
}

function convolve(
  context: LoweringContext,
  x: Value,
  inputs: readonly string[],
  output: Value,
  attributes: Readonly<Record<string, string | readonly number[]>>,
): void {
  const onnx = context.onnx;
  const { batch, channels, height, width } = imageSize(x, { channelsFirst: false });
  const image =
    channels < context.channelBlock
      ? context.getAs(x, 'channelsFirst')
      : onnx.reshape(context.blockedPlanes(x), [batch, channels, height, width]);
  const result = onnx.addBlocked('Conv', [image, ...inputs], attributes);
  const size = imageSize(output, { channelsFirst: false });
  context.set(output, onnx.reshape(result, [1, batch * size.channels, size.height, size.width]), 'blockedPlanes');
}

/** @param bias the name of one number per channel of the result */
export function blockedConvolution(
  context: LoweringContext,
  x: Value,
  filter: Value,
  bias: string | undefined,
  output: Value,
  window: WindowAttributes,
): void {
  const [height, width, channels, results] = filter.shape as readonly [number, number, number, number];
  const weights = blockedFilter(context, context.get(filter), [height, width], channels, results);
  convolve(context, x, bias === undefined ? [weights] : [weights, bias], output, {
    kernel_shape: window.kernel,
    strides: window.strides,
    dilations: window.dilations,
    pads: window.pads,
  });
}

/**
 * The gradient for the input at stride 1: a convolution with the turned filter.
 *
 * @param turned the filter with height and width reversed, [height, width, in, out]
 */
export function blockedInputGradient(
  context: LoweringContext,
  dy: Value,
  turned: string,
  filterShape: readonly number[],
  output: Value,
  attributes: Readonly<Record<string, readonly number[]>>,
): void {
  const [height, width, channels, results] = filterShape as readonly [number, number, number, number];
  const flat = [height * width, channels, results];
  const exchanged = context.onnx.transpose(context.onnx.reshape(turned, flat), flat, [0, 2, 1]);
  const weights = blockedFilter(context, exchanged, [height, width], results, channels);
  convolve(context, dy, [weights], output, { ...attributes, strides: [1, 1] });
}
