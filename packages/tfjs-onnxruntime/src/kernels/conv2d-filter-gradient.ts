import type { GraphNode, Value } from '../graph/graph.js';
import type { LoweringContext } from '../graph/lowering.js';
import { filterGradientAsMatMul, prefersMatMul } from './conv2d-matmul.js';
import { getImage, imageSize, windowOf } from './image.js';
import { gatherPixels, windowPixels } from './pixels.js';

/** Images in a batch from which their pixels are blocks that are worth gathering. */
const GATHERED_BATCH = 8;

/** Numbers in a matrix of gathered pixels that still fit the processor's own cache: above, rows of the result are taken in pieces. */
const CACHED_PATCHES = 2 ** 20;

/** Columns from which a product of matrices is worth its results, which are added up. */
const WIDE_PRODUCT = 2048;

/**
 * The gradient of a convolution for its filter, by the way that was quickest for images and filters of its size (see
 * docs/decisions/0002-engine.md for the measurements).
 */
export function lowerFilterGradient(node: GraphNode, context: LoweringContext): void {
  const window = windowOf(node);
  const output = node.outputs[0]!;
  const dy = node.inputs[1]!;
  if (prefersMatMul(node, output.shape, dy)) {
    filterGradientAsMatMul(node, context);
  } else if (window.kernel.every((size) => size === 1) && window.pads.every((pad) => pad === 0)) {
    context.set(output, pointwiseFilterGradient(node, context));
  } else if (!window.channelsFirst && dy.shape[0]! >= GATHERED_BATCH) {
    context.set(output, gatheredFilterGradient(node, context));
  } else if (window.strides.every((stride) => stride === 1)) {
    context.set(output, shiftedFilterGradient(node, context));
  } else {
    context.set(output, convolvedFilterGradient(node, context));
  }
}

/** A product of matrices: what the window meets at some rows of the result, with the gradient there; the sum of these. */
function gatheredFilterGradient(node: GraphNode, context: LoweringContext): string {
  const window = windowOf(node);
  const onnx = context.onnx;
  const [x, dy] = node.inputs as readonly [Value, Value];
  const { batch, channels: results, height, width } = imageSize(dy, window);
  const channels = x.shape[3]!;
  const positions = window.kernel[0] * window.kernel[1];
  const gradient = onnx.reshape(context.channelsOutermost(dy), [results, height, width * batch]);
  const perRow = width * batch;
  const rows = Math.max(Math.ceil(WIDE_PRODUCT / perRow), Math.floor(CACHED_PATCHES / (positions * channels * perRow)));
  const sums: string[] = [];
  for (let first = 0; first < height; first += rows) {
    const end = Math.min(height, first + rows);
    const pixels = (end - first) * width * batch;
    const patches = gatherPixels(context, x, windowPixels(window, { first, end }, width));
    const part = rows >= height ? gradient : onnx.slice(gradient, [first], [end], [1]);
    const operands = [onnx.reshape(patches, [channels * positions, pixels]), onnx.reshape(part, [results, pixels])];
    sums.push(onnx.addMicrosoft('FusedMatMul', operands, { transB: 1 }));
  }
  const apart = [channels, ...window.kernel, results];
  const sum = onnx.reshape(sums.length === 1 ? sums[0]! : onnx.add('Sum', sums), apart);
  return onnx.transpose(sum, apart, [1, 2, 0, 3]);
}

/** perm between [batch, channels, …] and [channels, batch, …]. */
const EXCHANGE_LEADING = [1, 0, 2, 3];

/**
 * A convolution of the input with the output's gradient, in which batch and channels change places, strides act as
 * dilations and dilations as strides.
 */
function convolvedFilterGradient(node: GraphNode, context: LoweringContext): string {
  const window = windowOf(node);
  const onnx = context.onnx;
  const [x, dy] = node.inputs;
  const exchanged = (value: typeof x) => {
    const { batch, channels, height, width } = imageSize(value!, window);
    return onnx.transpose(getImage(context, value!, window), [batch, channels, height, width], EXCHANGE_LEADING);
  };
  const gradient = onnx.add('Conv', [exchanged(x), exchanged(dy)], {
    strides: window.dilations,
    dilations: window.strides,
    pads: window.pads,
  });
  const cropped = cropKernel(context, gradient, window.kernel);
  const [height, width, channels, results] = node.outputs[0]!.shape as readonly [number, number, number, number];
  return onnx.transpose(cropped, [channels, results, height, width], [2, 3, 0, 1]);
}

/** Rows and columns beyond the kernel come out where the stride did not divide the image; they mean nothing. */
export function cropKernel(context: LoweringContext, gradient: string, kernel: readonly [number, number]): string {
  const onnx = context.onnx;
  return onnx.add('Slice', [gradient, onnx.integers([0, 0]), onnx.integers(kernel), onnx.integers([2, 3])]);
}

/**
 * At stride 1: a matrix product per row of the kernel and image. The input is shifted by the columns of the kernel once (stacked as
 * channels); a shift by a row is then a shift along flattened pixels, which a slice does in one copy.
 */
function shiftedFilterGradient(node: GraphNode, context: LoweringContext): string {
  const window = windowOf(node);
  const onnx = context.onnx;
  const [x, dy] = node.inputs;
  const input = imageSize(x!, window);
  const result = imageSize(dy!, window);
  const [kernelHeight, kernelWidth] = window.kernel;
  const [dilationHeight, dilationWidth] = window.dilations;
  const [top, left] = window.pads;
  const height = result.height + (kernelHeight - 1) * dilationHeight;
  const width = result.width + (kernelWidth - 1) * dilationWidth;
  const pads = [0, 0, top, left, 0, 0, height - top - input.height, width - left - input.width];
  const image = onnx.add('Pad', [getImage(context, x!, window), onnx.integers(pads)]);
  const shifted = Array.from({ length: kernelWidth }, (_unused, column) => {
    const start = column * dilationWidth;
    const part = onnx.slice(image, [start], [start + result.width], [3]);
    return onnx.reshape(part, [input.batch, input.channels, height * result.width]);
  });
  const stacked = onnx.add('Concat', shifted, { axis: 1 });
  const pixels = result.height * result.width;
  const gradient = onnx.reshape(getImage(context, dy!, window), [input.batch, result.channels, pixels]);
  const rows = Array.from({ length: kernelHeight }, (_unused, row) => {
    const start = row * dilationHeight * result.width;
    const part = onnx.slice(stacked, [start], [start + pixels], [2]);
    return sumOfProducts(context, part, gradient, input.batch, kernelWidth * input.channels * result.channels);
  });
  const total = onnx.add('Concat', rows, { axis: 0 });
  return onnx.reshape(total, [kernelHeight, kernelWidth, input.channels, result.channels]);
}

function pointwiseFilterGradient(node: GraphNode, context: LoweringContext): string {
  const window = windowOf(node);
  const onnx = context.onnx;
  const [x, dy] = node.inputs;
  const input = imageSize(x!, window);
  const result = imageSize(dy!, window);
  let image = getImage(context, x!, window);
  if (window.strides.some((stride) => stride !== 1)) {
    image = onnx.slice(image, [0, 0], [input.height, input.width], [2, 3], window.strides);
  }
  const flat = (name: string, channels: number) =>
    onnx.reshape(name, [input.batch, channels, result.height * result.width]);
  const left = flat(image, input.channels);
  const right = flat(getImage(context, dy!, window), result.channels);
  const sum = sumOfProducts(context, left, right, input.batch, input.channels * result.channels);
  return onnx.reshape(sum, [1, 1, input.channels, result.channels]);
}

/** Σ over images of left · rightᵀ, as [1, size]. */
function sumOfProducts(context: LoweringContext, left: string, right: string, count: number, size: number): string {
  const products = context.onnx.addMicrosoft('FusedMatMul', [left, right], { transB: 1 });
  return context.onnx.sumRows(context.onnx.reshape(products, [count, size]), count);
}
