import type { Value } from '../graph/graph.js';
import type { LoweringContext } from '../graph/lowering.js';
import { imageSize, type WindowAttributes } from './image.js';

/** Most positions of a window that are compared one by one: each costs five passes over the result's size. */
const MOST_POSITIONS = 16;
const LOWEST = -3.4028234663852886e38;
/** 2^127: takes every normal float above 1 */
const LARGEST_POWER = 2 ** 127;

export function canBlockMaxPool(context: LoweringContext, images: readonly Value[], window: WindowAttributes): boolean {
  const [height, width] = window.kernel;
  return (
    !window.channelsFirst &&
    height * width <= MOST_POSITIONS &&
    window.strides[0] <= height &&
    window.strides[1] <= width &&
    images.every((image) => context.canBlockPlanes(image))
  );
}

/**
 * The gradient of max pooling from comparisons: position after position of the window, where x equals the maximum and
 * no earlier position did, dy goes to x. Works in the blocked layout, where pixels lie together in blocks of channels, so
 * that strided slices copy whole blocks. Beside depthwise convolutions, which need that layout anyway, it takes less of
 * the processor than MaxPool's own indices and a scatter (6 % of a mini-Xception step).
 */
export function blockedMaxPoolGradient(
  context: LoweringContext,
  dy: Value,
  x: Value,
  y: Value,
  output: Value,
  window: WindowAttributes,
): void {
  if (isTiling(window, x, y)) {
    tilingMaxPoolGradient(context, dy, x, y, output, window);
    return;
  }
  const onnx = context.onnx;
  const input = imageSize(x, window);
  const result = imageSize(y, window);
  const block = context.channelBlock;
  const blocks = (input.batch * input.channels) / block;
  const [kernelHeight, kernelWidth] = window.kernel;
  const [strideHeight, strideWidth] = window.strides;
  const [top, left] = window.pads;

  // x with its border, pixels that a stride apart meet side by side: every position of the window is then a slice of whole rows
  const rows = Math.ceil(kernelHeight / strideHeight) - 1;
  const columns = Math.ceil(kernelWidth / strideWidth) - 1;
  const gridHeight = result.height + rows;
  const gridWidth = result.width + columns;
  const [paddedHeight, paddedWidth] = [gridHeight * strideHeight, gridWidth * strideWidth];
  let padded = onnx.reshape(context.blockedPlanes(x), [blocks, input.height, input.width, block]);
  // a stride that leaves a rest makes the border behind negative: those pixels are in no window
  const border = [paddedHeight - top - input.height, paddedWidth - left - input.width] as const;
  if (top !== 0 || left !== 0 || border.some((size) => size !== 0)) {
    const pads = onnx.integers([0, top, left, 0, 0, ...border, 0]);
    padded = onnx.add('Pad', [padded, pads, onnx.scalar(LOWEST, 'float32')]);
  }
  const apart = onnx.reshape(padded, [blocks, gridHeight, strideHeight, gridWidth, strideWidth, block]);
  const perPhase = onnx.reshape(onnx.add('Transpose', [apart], { perm: [2, 4, 0, 1, 3, 5] }), [
    strideHeight * strideWidth,
    blocks,
    gridHeight,
    gridWidth,
    block,
  ]);
  const small = [blocks, result.height, result.width, block];
  const maximum = onnx.reshape(context.blockedPlanes(y), small);
  let remaining = onnx.reshape(context.blockedPlanes(dy), small);

  // what each position of the window receives, summed over positions that meet the same pixels of x
  const phases = new Map<string, string>();
  for (let i = 0; i < kernelHeight; i += 1) {
    for (let j = 0; j < kernelWidth; j += 1) {
      let share = remaining;
      if (i < kernelHeight - 1 || j < kernelWidth - 1) {
        const phase = (i % strideHeight) * strideWidth + (j % strideWidth);
        const [row, column] = [Math.floor(i / strideHeight), Math.floor(j / strideWidth)];
        const end = [phase + 1, row + result.height, column + result.width];
        const slice = onnx.reshape(onnx.slice(perPhase, [phase, row, column], end, [0, 2, 3]), small);
        // 0 where this position has the maximum, 1 elsewhere
        const below = onnx.add('HardSigmoid', [onnx.add('Sub', [maximum, slice])], { alpha: LARGEST_POWER, beta: 0 });
        const rest = onnx.add('Mul', [remaining, below]);
        share = onnx.add('Sub', [remaining, rest]);
        remaining = rest;
      }
      const [row, column] = [Math.floor(i / strideHeight), Math.floor(j / strideWidth)];
      if (rows + columns > 0) {
        const pads = onnx.integers([0, row, column, 0, 0, rows - row, columns - column, 0]);
        share = onnx.add('Pad', [share, pads]);
      }
      const phase = `${i % strideHeight},${j % strideWidth}`;
      const sum = phases.get(phase);
      phases.set(phase, sum === undefined ? share : onnx.add('Add', [sum, share]));
    }
  }

  // pixels of the phases side by side, then rows under each other
  const lines: string[] = [];
  for (let i = 0; i < strideHeight; i += 1) {
    const parts = Array.from({ length: strideWidth }, (_unused, j) => phases.get(`${i},${j}`)!);
    const line = parts.length === 1 ? parts[0]! : onnx.add('Concat', parts, { axis: 3 });
    lines.push(onnx.reshape(line, [blocks, gridHeight, 1, gridWidth * strideWidth * block]));
  }
  const grid = lines.length === 1 ? lines[0]! : onnx.add('Concat', lines, { axis: 2 });
  let image = onnx.reshape(grid, [blocks, gridHeight * strideHeight, gridWidth * strideWidth, block]);
  // pixels below and to the right of every window receive nothing
  const missing = [input.height + top - gridHeight * strideHeight, input.width + left - gridWidth * strideWidth];
  if (missing.some((count) => count > 0)) {
    const pads = [0, 0, 0, 0, 0, Math.max(0, missing[0]!), Math.max(0, missing[1]!), 0];
    image = onnx.add('Pad', [image, onnx.integers(pads)]);
  }
  const cropped = onnx.add('Slice', [
    image,
    onnx.integers([top, left]),
    onnx.integers([top + input.height, left + input.width]),
    onnx.integers([1, 2]),
  ]);
  context.set(output, onnx.reshape(cropped, [1, blocks * block, input.height, input.width]), 'blockedPlanes');
}

/** Whether the windows cover the image once, without a border or a rest. */
function isTiling({ kernel, strides, pads }: WindowAttributes, x: Value, y: Value): boolean {
  const covers = (axis: 0 | 1) =>
    strides[axis] === kernel[axis] && x.shape[axis + 1] === y.shape[axis + 1]! * kernel[axis];
  return covers(0) && covers(1) && pads.every((pad) => pad === 0);
}

/** Pixel numbers of an image, equal positions of all windows after each other. */
function pixelsByPosition(height: number, width: number, [rows, columns]: WindowAttributes['kernel']): number[] {
  const order: number[] = [];
  for (let top = 0; top < rows; top += 1) {
    for (let left = 0; left < columns; left += 1) {
      for (let row = top; row < height; row += rows) {
        for (let column = left; column < width; column += columns) order.push(row * width + column);
      }
    }
  }
  return order;
}

/**
 * The same comparisons where windows do not overlap: equal positions of all windows are brought together and apart again by
 * gathering pixels, which all threads do (a transposition takes twice as long).
 */
function tilingMaxPoolGradient(
  context: LoweringContext,
  dy: Value,
  x: Value,
  y: Value,
  output: Value,
  window: WindowAttributes,
): void {
  const onnx = context.onnx;
  const block = context.channelBlock;
  const positions = window.kernel[0] * window.kernel[1];
  const { batch, channels, height, width } = imageSize(output, window);
  const blocks = (batch * channels) / block;
  const pixels = height * width;
  const order = pixelsByPosition(height, width, window.kernel);
  const back = new Array<number>(pixels);
  order.forEach((pixel, index) => {
    back[pixel] = index;
  });
  const gather = (name: string, indices: readonly number[]) =>
    onnx.add('Gather', [name, onnx.constant('int32', indices, [pixels])], { axis: 1 });
  const image = onnx.reshape(context.blockedPlanes(x), [blocks, pixels, block]);
  const perPosition = [blocks, positions, (pixels / positions) * block];
  const values = onnx.reshape(gather(image, order), perPosition);
  const perWindow = (value: Value) => onnx.reshape(context.blockedPlanes(value), [blocks, 1, perPosition[2]!]);
  // 0 where a position has the maximum, 1 elsewhere
  const below = onnx.add('HardSigmoid', [onnx.add('Sub', [perWindow(y), values])], { alpha: LARGEST_POWER, beta: 0 });
  const belowAt = onnx.addMany('Split', [below], positions, { axis: 1, num_outputs: positions });
  let remaining = perWindow(dy);
  const shares = belowAt.map((name, position) => {
    if (position === positions - 1) return remaining;
    const rest = onnx.add('Mul', [remaining, name]);
    const share = onnx.add('Sub', [remaining, rest]);
    remaining = rest;
    return share;
  });
  const all = onnx.reshape(onnx.add('Concat', shares, { axis: 1 }), [blocks, pixels, block]);
  context.set(output, onnx.reshape(gather(all, back), [1, batch * channels, height, width]), 'blockedPlanes');
}
