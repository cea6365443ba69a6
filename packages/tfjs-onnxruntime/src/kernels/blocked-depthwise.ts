import type { GraphNode, Value } from '../graph/graph.js';
import type { LoweringContext } from '../graph/lowering.js';
import { cropKernel } from './conv2d-filter-gradient.js';
import { type WindowAttributes, windowOf } from './image.js';

/**
 * Depthwise convolution in ONNX Runtime's blocked layout, which handles a block of channels per instruction. ONNX
 * Runtime itself chooses that layout only for constant filters. Every plane (an image's channel) counts as a channel
 * of one large image: any number of channels fills blocks as long as planes do, and a gradient's filter, a whole plane,
 * lies in the same layout as the plane.
 */
export function canBlockDepthwise(context: LoweringContext, node: GraphNode, filter: Value): boolean {
  const images = node.op === 'DepthwiseConv2dNativeBackpropFilter' ? node.inputs : [node.inputs[0]!, node.outputs[0]!];
  return (
    !windowOf(node).channelsFirst && filter.shape[3] === 1 && images.every((image) => context.canBlockPlanes(image))
  );
}

/** @param filter one kernel per channel, [channels, 1, height, width] */
export function blockedDepthwise(
  context: LoweringContext,
  x: Value,
  filter: string,
  output: Value,
  window: WindowAttributes,
): void {
  const onnx = context.onnx;
  const [batch, , , channels] = x.shape as readonly [number, number, number, number];
  const planes = batch * channels;
  const block = context.channelBlock;
  const [height, width] = window.kernel;
  const repeated = onnx.add('Tile', [filter, onnx.integers([batch, 1, 1, 1])]);
  const blocks = onnx.reshape(repeated, [planes / block, block, height, width]);
  const weights = onnx.reshape(onnx.add('Transpose', [blocks], { perm: [0, 2, 3, 1] }), [planes, 1, height, width]);
  const result = onnx.addBlocked('Conv', [context.blockedPlanes(x), weights], {
    kernel_shape: window.kernel,
    strides: window.strides,
    dilations: window.dilations,
    pads: window.pads,
    group: planes,
  });
  context.set(output, result, 'blockedPlanes');
}

/** The gradient for the filter, [height, width, channels, 1]: each plane of x under the plane of dy as its filter. */
export function blockedDepthwiseFilterGradient(
  context: LoweringContext,
  x: Value,
  dy: Value,
  window: WindowAttributes,
): string {
  const onnx = context.onnx;
  const [batch, , , channels] = x.shape as readonly [number, number, number, number];
  const [, height, width] = dy.shape as readonly [number, number, number, number];
  const planes = batch * channels;
  const filter = onnx.reshape(context.blockedPlanes(dy), [planes, 1, height, width]);
  const gradient = onnx.addBlocked('Conv', [context.blockedPlanes(x), filter], {
    kernel_shape: [height, width],
    strides: window.dilations,
    dilations: window.strides,
    pads: window.pads,
    group: planes,
  });
  const kernels = onnx.addBlocked('ReorderOutput', [gradient], { channels: planes });
  const cropped = cropKernel(context, kernels, window.kernel);
  const sum = onnx.sumRows(onnx.reshape(cropped, [batch, -1]), batch);
  const shape = [channels, 1, ...window.kernel];
  return onnx.transpose(onnx.reshape(sum, shape), shape, [2, 3, 0, 1]);
}
