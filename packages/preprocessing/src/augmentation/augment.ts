import type { Random } from '@mien/core';
import type { Augmentation } from './augmentation-schema.js';
import { warpInto } from './warp.js';

export interface AugmentShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Writes one picture, randomly changed, into a batch: mirrored, turned, shifted and zoomed in a single bilinear warp (the nearest edge
 * pixel is repeated outside), then brightness and contrast, then an erased rectangle. With everything off it only scales the bytes.
 * Allocates nothing. The same options and the same state of `random` give the same floats; what is off draws no number.
 * @param target the batch, H × W × C floats a picture; @param source the bytes of all pictures, H × W × C each;
 * @param range what 0 and 255 become.
 */
export function augmentInto(
  target: Float32Array,
  targetOffset: number,
  source: Uint8Array,
  sourceOffset: number,
  shape: AugmentShape,
  options: Augmentation,
  random: Random,
  range: readonly [number, number],
): void {
  const { width, height, channels } = shape;
  const flip = options.flip > 0 && random.chance(options.flip);
  const angle = options.rotation > 0 ? (random.uniform(-options.rotation, options.rotation) * Math.PI) / 180 : 0;
  const shiftX = options.shift > 0 ? random.uniform(-options.shift, options.shift) * width : 0;
  const shiftY = options.shift > 0 ? random.uniform(-options.shift, options.shift) * height : 0;
  const { minimum, maximum } = options.zoom;
  const zoom = minimum < maximum ? random.uniform(minimum, maximum) : minimum;
  const brightness = options.brightness > 0 ? random.uniform(-options.brightness, options.brightness) * 255 : 0;
  const contrast = options.contrast > 0 ? 1 + random.uniform(-options.contrast, options.contrast) : 1;

  const [low, high] = range;
  const unit = (high - low) / 255;
  const levelled = brightness !== 0 || contrast !== 1;
  // With brightness or contrast, levels stay in 0..255 until they are cut to it.
  const gain = levelled ? contrast : unit;
  const bias = levelled ? 127.5 - 127.5 * contrast + brightness : low;
  const length = width * height * channels;
  if (!flip && angle === 0 && shiftX === 0 && shiftY === 0 && zoom === 1) {
    for (let at = 0; at < length; at++) target[targetOffset + at] = source[sourceOffset + at] * gain + bias;
  } else {
    warpInto(target, targetOffset, source, sourceOffset, shape, flip, angle, shiftX, shiftY, zoom, gain, bias);
  }
  if (levelled) {
    const end = targetOffset + length;
    for (let at = targetOffset; at < end; at++) {
      let level = target[at];
      if (level < 0) level = 0;
      else if (level > 255) level = 255;
      target[at] = level * unit + low;
    }
  }
  const { erase } = options;
  if (erase.probability > 0 && random.chance(erase.probability)) {
    eraseRectangle(target, targetOffset, shape, random, erase.minimum, erase.maximum, low, unit);
  }
}

/** Aspect ratios of erased rectangles: between this and its inverse, evenly in the logarithm. */
const LOG_ASPECT = Math.log(1 / 0.3);

function eraseRectangle(
  target: Float32Array,
  offset: number,
  { width, height, channels }: AugmentShape,
  random: Random,
  minimum: number,
  maximum: number,
  low: number,
  unit: number,
): void {
  const area = random.uniform(minimum, maximum) * width * height;
  const aspect = Math.exp(random.uniform(-LOG_ASPECT, LOG_ASPECT));
  const erasedWidth = Math.min(width, Math.round(Math.sqrt(area * aspect)));
  const erasedHeight = Math.min(height, Math.round(Math.sqrt(area / aspect)));
  const left = random.integer(0, width - erasedWidth);
  const top = random.integer(0, height - erasedHeight);
  const level = random.uniform(0, 255) * unit + low;
  for (let y = top; y < top + erasedHeight; y++) {
    const row = offset + (y * width + left) * channels;
    target.fill(level, row, row + erasedWidth * channels);
  }
}
