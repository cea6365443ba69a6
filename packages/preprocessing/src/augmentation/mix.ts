import type { Random } from '@mien/core';
import type { AugmentShape } from './augment-shape.js';
import type { Augmentation } from './augmentation-schema.js';
import { drawBeta } from './beta.js';

/** How a sample is mixed with another. `share`: the weight of the sample itself, in the picture and in the label, 0..1. */
export type Mix =
  | { readonly kind: 'mixup'; readonly share: number }
  | {
      readonly kind: 'cutmix';
      readonly share: number;
      /** What comes from the other, in pixels. */
      readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
    };

/** Draws whether and how a sample is mixed; `undefined`: it is not. With both off no number is drawn. */
export function drawMix(
  { mixup, cutmix }: Augmentation,
  { width, height }: Pick<AugmentShape, 'width' | 'height'>,
  random: Random,
): Mix | undefined {
  if (mixup.probability + cutmix.probability === 0) return undefined;
  const draw = random.next();
  if (draw < mixup.probability) return { kind: 'mixup', share: drawBeta(mixup.alpha, random) };
  if (draw >= mixup.probability + cutmix.probability) return undefined;
  // Yun et al. 2019, section 3.1: sides of √(1 − λ) of the picture's, the middle anywhere; what reaches outside is cut off.
  const side = Math.sqrt(1 - drawBeta(cutmix.alpha, random));
  const [boxWidth, boxHeight] = [Math.round(width * side), Math.round(height * side)];
  const middleX = random.integer(0, width - 1);
  const middleY = random.integer(0, height - 1);
  const left = Math.max(0, middleX - (boxWidth >> 1));
  const top = Math.max(0, middleY - (boxHeight >> 1));
  const box = {
    left,
    top,
    width: Math.max(0, Math.min(width, middleX - (boxWidth >> 1) + boxWidth) - left),
    height: Math.max(0, Math.min(height, middleY - (boxHeight >> 1) + boxHeight) - top),
  };
  // The label goes by what is left of the area, not by what was drawn.
  return { kind: 'cutmix', share: 1 - (box.width * box.height) / (width * height), box };
}

/** Mixes `other` (one picture, H × W × C) into the picture at `offset` of `target`. */
export function mixInto(
  target: Float32Array,
  offset: number,
  other: Float32Array,
  { width, height, channels }: AugmentShape,
  mix: Mix,
): void {
  if (mix.kind === 'mixup') {
    const length = width * height * channels;
    for (let at = 0; at < length; at++) {
      target[offset + at] = other[at] + (target[offset + at] - other[at]) * mix.share;
    }
    return;
  }
  const { box } = mix;
  for (let y = box.top; y < box.top + box.height; y++) {
    const from = (y * width + box.left) * channels;
    target.set(other.subarray(from, from + box.width * channels), offset + from);
  }
}
