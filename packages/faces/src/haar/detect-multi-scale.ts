import type { WasmKernel } from '@mien/core';
import type { CascadeData } from './cascade-data.js';
import { groupRectangles, type Hit, roundHalfEven } from './group-rectangles.js';
import { type HaarFunctions, searchWindows } from './haar-kernel.js';
import { type OpenCv, type OpenCvMat, withOpenCv } from './opencv.js';

export interface MultiScaleOptions {
  /** Step between the sizes searched, above 1. */
  readonly scaleFactor: number;
  readonly minNeighbours: number;
  /** Least and largest side of a hit, in pixels; a largest of 0: no limit. */
  readonly minSide: number;
  readonly maxSide: number;
}

/**
 * What OpenCV's `detectMultiScale3` gives with levels asked for, box by box, in less than half of its time: the compiled search looks at four
 * windows at once.
 * @param picture one channel.
 */
export function detectMultiScale(
  cv: OpenCv,
  kernel: WasmKernel<HaarFunctions>,
  cascade: CascadeData,
  picture: OpenCvMat,
  { scaleFactor, minNeighbours, minSide, maxSide }: MultiScaleOptions,
): Hit[] {
  const { cols: width, rows: height } = picture;
  const { window } = cascade;
  const largest = maxSide > 0 ? { width: maxSide, height: maxSide } : { width, height };
  const hits: Hit[] = [];
  for (let factor = 1; ; factor *= scaleFactor) {
    const side = { width: roundHalfEven(window.width * factor), height: roundHalfEven(window.height * factor) };
    if (side.width > Math.min(largest.width, width) || side.height > Math.min(largest.height, height)) break;
    if (side.width < minSide || side.height < minSide) continue;
    // 32-bit floats from here on, as there.
    const scale = Math.fround(factor);
    const at = (value: number) => roundHalfEven(Math.fround(value * scale));
    const small = shrink(
      cv,
      picture,
      roundHalfEven(Math.fround(width / scale)),
      roundHalfEven(Math.fround(height / scale)),
    );
    for (const { x, y, weight } of searchWindows(kernel, cascade, small, scale >= 2 ? 1 : 2)) {
      hits.push({ box: { x: at(x), y: at(y), width: at(window.width), height: at(window.height) }, weight });
    }
  }
  return groupRectangles(hits, minNeighbours).flatMap(({ box, weight }) => {
    const left = Math.max(0, box.x);
    const top = Math.max(0, box.y);
    const right = Math.min(width, box.x + box.width);
    const bottom = Math.min(height, box.y + box.height);
    const inside = right > left && bottom > top;
    return inside ? [{ box: { x: left, y: top, width: right - left, height: bottom - top }, weight }] : [];
  });
}

function shrink(cv: OpenCv, picture: OpenCvMat, width: number, height: number) {
  return withOpenCv(cv, (keep) => {
    const small = keep(new cv.Mat());
    cv.resize(picture, small, new cv.Size(width, height), 0, 0, cv.INTER_LINEAR_EXACT);
    return { width, height, data: small.data.slice() };
  });
}
