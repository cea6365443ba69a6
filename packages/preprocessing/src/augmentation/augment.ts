import type { Random } from '@mien/core';
import { inverseMap } from './affine-map.js';
import type { AugmentShape } from './augment-shape.js';
import type { Augmentation } from './augmentation-schema.js';
import { eraseRectangle } from './erase.js';
import { addNoise } from './noise.js';
import { drawElastic, drawPerspective, remapInto } from './remap.js';
import { warpInto } from './warp.js';

/**
 * Writes one picture, randomly changed, into a batch: mirrored, slanted, turned, zoomed, shifted and bent in a single bilinear warp (the
 * nearest edge pixel is repeated outside), then brightness, contrast and noise, then an erased rectangle. With everything off it only
 * scales the bytes. The same options and the same state of `random` give the same floats; what is off draws no number. Mixing with
 * another sample is `drawMix` and `mixInto`.
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
  const around = (reach: number): number => (reach > 0 ? random.uniform(-reach, reach) : 0);
  const flip = options.flip > 0 && random.chance(options.flip);
  const angle = (around(options.rotation) * Math.PI) / 180;
  const shiftX = around(options.shift) * width;
  const shiftY = around(options.shift) * height;
  const { minimum, maximum } = options.zoom;
  const zoom = minimum < maximum ? random.uniform(minimum, maximum) : minimum;
  const brightness = around(options.brightness) * 255;
  const contrast = 1 + around(options.contrast);
  const stretch = options.aspect > 0 ? Math.exp(around(Math.log1p(options.aspect)) / 2) : 1;
  const shearX = around(options.shear);
  const shearY = around(options.shear);
  const perspective = options.perspective > 0 ? drawPerspective(shape, options.perspective, random) : undefined;
  const elastic = options.elastic.strength > 0 ? drawElastic(shape, options.elastic, random) : undefined;
  const noise = options.noise > 0 ? random.uniform(0, options.noise) * 255 : 0;

  const [low, high] = range;
  const unit = (high - low) / 255;
  const levelled = brightness !== 0 || contrast !== 1 || noise > 0;
  // With brightness, contrast or noise, levels stay in 0..255 until they are cut to it.
  const gain = levelled ? contrast : unit;
  const bias = levelled ? 127.5 - 127.5 * contrast + brightness : low;
  const length = width * height * channels;
  const moved =
    angle !== 0 || shiftX !== 0 || shiftY !== 0 || zoom !== 1 || stretch !== 1 || shearX !== 0 || shearY !== 0;
  if (!flip && !moved && !perspective && !elastic) {
    for (let at = 0; at < length; at++) target[targetOffset + at] = source[sourceOffset + at] * gain + bias;
  } else {
    const geometry = { flip, shearX, shearY, angle, zoomX: zoom * stretch, zoomY: zoom / stretch, shiftX, shiftY };
    const map = inverseMap(width, height, geometry);
    if (perspective || elastic) {
      const bend = { perspective, elastic };
      remapInto(target, targetOffset, source, sourceOffset, shape, map, bend, gain, bias);
    } else {
      warpInto(target, targetOffset, source, sourceOffset, shape, map, gain, bias);
    }
  }
  if (levelled) {
    const end = targetOffset + length;
    if (noise > 0) addNoise(target, targetOffset, end, noise, random);
    for (let at = targetOffset; at < end; at++) {
      let level = target[at];
      if (level < 0) level = 0;
      else if (level > 255) level = 255;
      target[at] = level * unit + low;
    }
  }
  if (options.erase.probability > 0 && random.chance(options.erase.probability)) {
    eraseRectangle(target, targetOffset, shape, options.erase, random, low, unit);
  }
}
