import type { PixelImage } from '@mien/core';

/** A picture is blank when one grey level fills more than this share of it … */
const BLANK_SHARE = 0.5;
/** … and its grey levels have a lower standard deviation than this, of 255. SFEW's failed alignments have .59–.66 and 4–6.4. */
const BLANK_DEVIATION = 8;

/**
 * Whether a picture shows next to nothing: more than half of its pixels have one grey level, and the rest differ little from
 * it. Colours count by their luma (BT.601).
 */
export function isBlank({ data, channels }: PixelImage): boolean {
  const histogram = new Float64Array(256);
  const pixels = data.length / channels;
  for (let at = 0; at < data.length; at += channels) {
    const level =
      channels === 1 ? data[at] : Math.round(0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]);
    histogram[level]++;
  }
  if (Math.max(...histogram) <= BLANK_SHARE * pixels) return false;
  const mean = histogram.reduce((sum, count, level) => sum + count * level, 0) / pixels;
  const variance = histogram.reduce((sum, count, level) => sum + count * (level - mean) ** 2, 0) / pixels;
  return Math.sqrt(variance) < BLANK_DEVIATION;
}
