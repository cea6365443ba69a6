import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { stepKernelFor } from '../step-kernel.js';
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
  const compiled = stepKernelFor(data.length);
  return { width, height, channels: 1, data: compiled ? compiled.grey(data) : greyInJavaScript(data) };
}

/** What the compiled step does, to the same bytes. */
export function greyInJavaScript(data: Uint8Array): Uint8Array {
  const grey = new Uint8Array(data.length / 3);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
    grey[pixel] = (data[at] * RED + data[at + 1] * GREEN + data[at + 2] * BLUE + 0x8000) >> 16;
  }
  return grey;
}

export function createGreyStep(): Step {
  return valueStep(toGrey, (before) => ({ ...before, channels: 1 }));
}
