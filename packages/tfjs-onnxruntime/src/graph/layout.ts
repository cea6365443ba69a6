/**
 * How a rank-4 value lies in memory inside a compiled graph. TensorFlow.js shapes are [batch, height, width, channels];
 * ONNX convolutions want channels before the image. `channelsFirst` is [batch, channels, height, width].
 */
export type AxisLayout = 'logical' | 'channelsFirst';

/**
 * `blockedPlanes`: ONNX Runtime's blocked layout, in which pixels lie together in blocks of channels; every plane (an image's
 * channel) counts as a channel of one large image. Where channels fill blocks, that is the same memory as blocks of channels.
 * It has no axes to speak of, so only what treats every element alike, and convolutions, can use it.
 */
export type Layout = AxisLayout | 'blockedPlanes';

/** perm of the transposition from logical to channels-first. */
export const TO_CHANNELS_FIRST = [0, 3, 1, 2];
/** perm of the transposition from channels-first to logical. */
export const TO_LOGICAL = [0, 2, 3, 1];

/** perm from [batch, channels, height, width] to [channels, height, width, batch]. */
export const BATCH_INNERMOST = [1, 2, 3, 0];
/** perm back from {@link BATCH_INNERMOST}. */
export const FROM_BATCH_INNERMOST = [3, 0, 1, 2];

/** Where a logical axis of a rank-4 value lies in the given layout. */
export function physicalAxis(axis: number, layout: AxisLayout): number {
  return layout === 'logical' ? axis : [0, 2, 3, 1][axis]!;
}

/** A rank-4 shape (or per-axis list) in the order of the given layout. */
export function physicalOrder<T>(perAxis: readonly T[], layout: AxisLayout): T[] {
  return layout === 'logical' ? [...perAxis] : TO_CHANNELS_FIRST.map((axis) => perAxis[axis]!);
}

/** Whether moving the channels axis leaves the order of the elements in memory as it is. */
export function isSameInMemory(shape: readonly number[]): boolean {
  return shape[3] === 1 || shape[1]! * shape[2]! === 1;
}
