import type { PixelImage } from '@mien/core';
import { z } from 'zod';
import { stepKernelFor } from '../step-kernel.js';
import { greyStep, type Step } from './step.js';

/** `equalise-histogram`: spreads the grey levels so that each is about as frequent. After `grey`. */
export const equaliseHistogramStepSchema = z.strictObject({ step: z.literal('equalise-histogram') });

/** How often each level occurs. */
function countLevels(data: Uint8Array): Uint32Array {
  // Four counters for each level, taken in turn: equal neighbours, which are common, would wait for each other's sum.
  const counters = new Uint32Array(4 * 256);
  const inFours = data.length - (data.length % 4);
  for (let at = 0; at < inFours; at += 4) {
    counters[data[at]]++;
    counters[256 + data[at + 1]]++;
    counters[512 + data[at + 2]]++;
    counters[768 + data[at + 3]]++;
  }
  for (let at = inFours; at < data.length; at++) counters[data[at]]++;
  const histogram = counters.slice(0, 256);
  for (let level = 256; level < counters.length; level++) histogram[level % 256] += counters[level];
  return histogram;
}

/**
 * Global histogram equalisation as OpenCV's `equalizeHist` defines it: the darkest level there is becomes 0, and level v becomes
 * 255 · (pixels in (darkest, v]) / (pixels above the darkest). A picture of a single level is returned as it is.
 * @param image one channel.
 */
export function equaliseHistogram(image: PixelImage): PixelImage {
  const { width, height, channels } = image;
  const compiled = stepKernelFor(image.data.length);
  const data = compiled ? compiled.mapLevels(image.data, equalisedLevels) : equaliseInJavaScript(image.data);
  return data === image.data ? image : { width, height, channels, data };
}

/** What the compiled step does, to the same bytes. */
export function equaliseInJavaScript(data: Uint8Array): Uint8Array {
  const levels = equalisedLevels(countLevels(data));
  if (!levels) return data;
  const equalised = new Uint8Array(data.length);
  for (let pixel = 0; pixel < data.length; pixel++) equalised[pixel] = levels[data[pixel]];
  return equalised;
}

/** What each level becomes; undefined where there is one level only. */
function equalisedLevels(histogram: Uint32Array): Uint8Array | undefined {
  const darkest = histogram.findIndex((count) => count > 0);
  const above = histogram.subarray(darkest + 1).reduce((sum, count) => sum + count, 0);
  if (darkest < 0 || above === 0) return undefined;
  // OpenCV computes the scale and the products in 32-bit floats; so does this, to round the same way.
  const scale = Math.fround(255 / above);
  const levels = new Uint8Array(256);
  for (let value = darkest + 1, sum = 0; value < 256; value++) {
    sum += histogram[value];
    levels[value] = Math.min(255, Math.round(Math.fround(sum * scale)));
  }
  return levels;
}

export function createEqualiseHistogramStep(): Step {
  return greyStep('equalise-histogram', equaliseHistogram);
}
