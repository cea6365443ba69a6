import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { type Step, valueStep } from './step.js';

/** `grey`: one channel, the luma of ITU-R BT.601. Grey pictures stay as they are. */
export const greyStepSchema = z.strictObject({ step: z.literal('grey') });

/** Luma weights .299, .587, .114 in 1/65536: whole-number arithmetic gives the same byte on every machine (as in Pillow's `L`). */
const RED = 19595;
const GREEN = 38470;
const BLUE = 7471;

/** The luma of an RGB picture, one byte a pixel; a grey picture is returned itself. */
export function toGrey(image: PixelImage): PixelImage {
  if (image.channels === 1) return image;
  const { width, height, data } = image;
  const grey = new Uint8Array(width * height);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
    grey[pixel] = (data[at] * RED + data[at + 1] * GREEN + data[at + 2] * BLUE + 0x8000) >> 16;
  }
  return { width, height, channels: 1, data: grey };
}

export function createGreyStep(): Step {
  return valueStep(toGrey, (before) => ({ ...before, channels: 1 }));
}
