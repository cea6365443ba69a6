import type { GraphNode, Value } from '../graph/graph.js';
import type { LoweringContext } from '../graph/lowering.js';

/** Geometry of a window over an image, as node attributes. */
export interface WindowAttributes {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** top, left, bottom, right */
  readonly pads: readonly [number, number, number, number];
  /** Whether the TensorFlow.js shapes themselves are [batch, channels, height, width]. */
  readonly channelsFirst: boolean;
  readonly [name: string]: boolean | readonly number[];
}

interface WindowInfo {
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly padInfo: { readonly top: number; readonly left: number };
  readonly dataFormat: 'channelsFirst' | 'channelsLast';
}

/**
 * The part of TensorFlow.js's `Conv2DInfo` that a node keeps. Padding after the image follows from the size of the
 * result, which TensorFlow.js rounds its own way (and, for oblong kernels padded by a number, from the height alone).
 */
export function windowAttributes(info: WindowInfo): WindowAttributes {
  const { top, left } = info.padInfo;
  const reachHeight = (info.filterHeight - 1) * info.dilationHeight + 1;
  const reachWidth = (info.filterWidth - 1) * info.dilationWidth + 1;
  const bottom = (info.outHeight - 1) * info.strideHeight + reachHeight - info.inHeight - top;
  const right = (info.outWidth - 1) * info.strideWidth + reachWidth - info.inWidth - left;
  return {
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, Math.max(0, bottom), Math.max(0, right)],
    channelsFirst: info.dataFormat === 'channelsFirst',
  };
}

export function windowOf(node: GraphNode): WindowAttributes {
  return node.attributes as unknown as WindowAttributes;
}

/** An image batch in ONNX order, whatever order its TensorFlow.js shape has. */
export function getImage(context: LoweringContext, value: Value, window: WindowAttributes): string {
  return window.channelsFirst ? context.get(value) : context.getAs(value, 'channelsFirst');
}

export function setImage(context: LoweringContext, value: Value, name: string, window: WindowAttributes): void {
  context.set(value, name, window.channelsFirst ? 'logical' : 'channelsFirst');
}

export interface ImageSize {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

export function imageSize(value: Value, window: { readonly channelsFirst: boolean }): ImageSize {
  const [batch, a, b, c] = value.shape as readonly [number, number, number, number];
  return window.channelsFirst
    ? { batch, channels: a, height: b, width: c }
    : { batch, channels: c, height: a, width: b };
}

/**
 * Attributes of the ConvTranspose that undoes a window's geometry: spreads an output-sized image over an input of the
 * given height and width.
 */
export function transposedWindow(window: WindowAttributes, output: ImageSize, input: ImageSize) {
  const pads = [...window.pads];
  const padding = [0, 0];
  const sizes: readonly (readonly [number, number])[] = [
    [output.height, input.height],
    [output.width, input.width],
  ];
  sizes.forEach(([small, large], axis) => {
    const reach = (window.kernel[axis]! - 1) * window.dilations[axis]! + 1;
    const covered = (small - 1) * window.strides[axis]! + reach - pads[axis]! - pads[axis + 2]!;
    if (covered > large) pads[axis + 2]! += covered - large;
    else padding[axis] = large - covered;
  });
  return { strides: window.strides, dilations: window.dilations, pads, output_padding: padding };
}
