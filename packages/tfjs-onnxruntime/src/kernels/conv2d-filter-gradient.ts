import type { GraphNode, Value } from '../graph/graph.js';
import { EXCHANGE_LEADING } from '../graph/layout.js';
import type { LoweringContext } from '../graph/lowering.js';
import { filterGradientAsMatMul, prefersMatMul } from './conv2d-matmul.js';
import { getImage, imageSize, windowOf } from './image.js';

/** Width of images from which matrix products beat one large convolution for the filter's gradient. */
const WIDE_IMAGE = 8;

/** Width from which shifting both operands is cheaper than stacking shifted copies of one. */
const VERY_WIDE_IMAGE = 48;

/** Pixels from which a product per image is as quick as one over all images, for which they have to be put together. */
const LARGE_PLANE = 512;

/** Numbers in a stack of shifted images that still fit the processor's last cache: above, the batch is taken in pieces. */
const CACHED_STACK = 2 ** 21;

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
  } else if (window.strides.some((stride) => stride !== 1) || imageSize(dy, window).width < WIDE_IMAGE) {
    context.set(output, convolvedFilterGradient(node, context));
  } else if (window.kernel[0] * window.kernel[1] * output.shape[2]! <= 2 * output.shape[3]!) {
    context.set(output, patchesFilterGradient(node, context));
  } else if (imageSize(dy, window).width >= VERY_WIDE_IMAGE) {
    context.set(output, doublyShiftedFilterGradient(node, context));
  } else {
    context.set(output, shiftedFilterGradient(node, context));
  }
}

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
 * At stride 1, for an input of few channels (a network's first layer): everything that a position of the kernel meets as
 * channels beside each other, and one product per image.
 */
function patchesFilterGradient(node: GraphNode, context: LoweringContext): string {
  const window = windowOf(node);
  const onnx = context.onnx;
  const [x, dy] = node.inputs;
  const input = imageSize(x!, window);
  const result = imageSize(dy!, window);
  const [kernelHeight, kernelWidth] = window.kernel;
  const [top, left, bottom, right] = window.pads;
  let image = getImage(context, x!, window);
  if (window.pads.some((pad) => pad > 0)) {
    image = onnx.add('Pad', [image, onnx.integers([0, 0, top, left, 0, 0, bottom, right])]);
  }
  const positions = kernelHeight * kernelWidth;
  const shifted = Array.from({ length: positions }, (_unused, position) => {
    const row = Math.floor(position / kernelWidth) * window.dilations[0];
    const column = (position % kernelWidth) * window.dilations[1];
    return onnx.slice(image, [row, column], [row + result.height, column + result.width], [2, 3]);
  });
  const pixels = result.height * result.width;
  const patches = onnx.reshape(onnx.add('Concat', shifted, { axis: 1 }), [
    input.batch,
    positions * input.channels,
    pixels,
  ]);
  const gradient = onnx.reshape(getImage(context, dy!, window), [input.batch, result.channels, pixels]);
  const sum = sumOfProducts(context, patches, gradient, input.batch, positions * input.channels * result.channels);
  return onnx.reshape(sum, [kernelHeight, kernelWidth, input.channels, result.channels]);
}

/**
 * At stride 1: a matrix product per row of the kernel, and per image where these are large. The input is shifted by the columns of the kernel once
 * (stacked as channels); a shift by a row is then a shift along flattened pixels, which a slice does in one copy.
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
  // [channels, batch, height, width] when all images are one product, [batch, channels, height, width] otherwise
  const together = !window.channelsFirst && result.height * result.width < LARGE_PLANE;
  const asImage = (value: Value) => (together ? context.channelsOutermost(value) : getImage(context, value, window));
  const shape = (count: number, channels: number, ...rest: number[]) =>
    together ? [channels, count, ...rest] : [count, channels, ...rest];
  const [batchAxis, channelsAxis] = together ? [1, 0] : [0, 1];
  let image = asImage(x!);
  if (window.pads.some((pad) => pad > 0)) {
    const pads = [0, 0, top, left, 0, 0, height - top - input.height, width - left - input.width];
    image = onnx.add('Pad', [image, onnx.integers(pads)]);
  }
  const gradient = asImage(dy!);
  const perImage = kernelWidth * input.channels * height * result.width;
  const piece = Math.max(1, Math.min(input.batch, Math.floor(CACHED_STACK / perImage)));
  const sums: string[] = [];
  for (let first = 0; first < input.batch; first += piece) {
    const count = Math.min(piece, input.batch - first);
    const images = (name: string) =>
      count === input.batch ? name : onnx.slice(name, [first], [first + count], [batchAxis]);
    const padded = images(image);
    const shifted = Array.from({ length: kernelWidth }, (_unused, column) => {
      const start = column * dilationWidth;
      const part = onnx.slice(padded, [start], [start + result.width], [3]);
      return onnx.reshape(part, shape(count, input.channels, height * result.width));
    });
    const stacked = kernelWidth === 1 ? shifted[0]! : onnx.add('Concat', shifted, { axis: channelsAxis });
    const pixels = result.height * result.width;
    const stackedChannels = kernelWidth * input.channels;
    const dys = images(gradient);
    const rows = Array.from({ length: kernelHeight }, (_unused, row) => {
      const start = row * dilationHeight * result.width;
      const part = onnx.slice(stacked, [start], [start + pixels], [2]);
      if (!together) {
        const flat = onnx.reshape(dys, [count, result.channels, pixels]);
        return sumOfProducts(context, part, flat, count, stackedChannels * result.channels);
      }
      const operands = [
        onnx.reshape(part, [stackedChannels, count * pixels]),
        onnx.reshape(dys, [result.channels, count * pixels]),
      ];
      const product = onnx.addMicrosoft('FusedMatMul', operands, { transB: 1 });
      return onnx.reshape(product, [1, stackedChannels * result.channels]);
    });
    sums.push(rows.length === 1 ? rows[0]! : onnx.add('Concat', rows, { axis: 0 }));
  }
  const total = sums.length === 1 ? sums[0]! : onnx.add('Sum', sums);
  return onnx.reshape(total, [kernelHeight, kernelWidth, input.channels, result.channels]);
}

/**
 * As {@link shiftedFilterGradient}, with the columns shifted in the input and the rows in the gradient: padding by more on
 * one side and less on the other is the shift, so that everything is copied once. Rows run together where they meet, on the
 * zeros beside the gradient.
 */
function doublyShiftedFilterGradient(node: GraphNode, context: LoweringContext): string {
  const window = windowOf(node);
  const onnx = context.onnx;
  const [x, dy] = node.inputs;
  const input = imageSize(x!, window);
  const result = imageSize(dy!, window);
  const [kernelHeight, kernelWidth] = window.kernel;
  const [top, left] = window.pads;
  const rows = (kernelHeight - 1) * window.dilations[0];
  const columns = (kernelWidth - 1) * window.dilations[1];
  const height = result.height + rows;
  const width = result.width + columns;
  const image = getImage(context, x!, window);
  const gradient = getImage(context, dy!, window);
  const flat = (name: string, pads: readonly number[], channels: number) =>
    onnx.reshape(onnx.add('Pad', [name, onnx.integers(pads)]), [input.batch, channels, height * width]);
  const shiftedImages = Array.from({ length: kernelWidth }, (_unused, column) => {
    const before = left - column * window.dilations[1];
    const pads = [0, 0, top, before, 0, 0, height - top - input.height, width - before - input.width];
    return flat(image, pads, input.channels);
  });
  const products: string[] = [];
  for (let row = 0; row < kernelHeight; row += 1) {
    const before = row * window.dilations[0];
    const shifted = flat(gradient, [0, 0, before, 0, 0, 0, rows - before, columns], result.channels);
    for (const shiftedImage of shiftedImages) {
      products.push(sumOfProducts(context, shiftedImage, shifted, input.batch, input.channels * result.channels));
    }
  }
  const all = products.length === 1 ? products[0]! : onnx.add('Concat', products, { axis: 0 });
  return onnx.reshape(all, [kernelHeight, kernelWidth, input.channels, result.channels]);
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
