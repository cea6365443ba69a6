import type { MultiScaleOptions } from './detect-multi-scale.js';
import type { Hit } from './group-rectangles.js';
import type { OpenCv, OpenCvCascade, OpenCvMat, OpenCvObject } from './opencv.js';

/**
 * OpenCV's own search of a grey picture, where the compiled one cannot run: the same boxes and weights.
 * @param stages of the cascade, which a window must pass all.
 */
export function detectWithOpenCv(
  cv: OpenCv,
  keep: <Kept extends OpenCvObject>(object: Kept) => Kept,
  cascade: OpenCvCascade,
  stages: number,
  picture: OpenCvMat,
  { scaleFactor, minNeighbours, minSide, maxSide }: MultiScaleOptions,
): Hit[] {
  const boxes = keep(new cv.RectVector());
  const levels = keep(new cv.IntVector());
  const weights = keep(new cv.DoubleVector());
  const side = (pixels: number) => new cv.Size(pixels, pixels);
  const [smallest, largest] = [side(minSide), side(maxSide)];
  cascade.detectMultiScale3(picture, boxes, levels, weights, scaleFactor, minNeighbours, 0, smallest, largest, true);
  const hits: Hit[] = [];
  for (let at = 0; at < boxes.size(); at++) {
    // With levels asked for, OpenCV also reports windows that failed in one of the last stages; ungrouped windows have no levels.
    if (minNeighbours > 0 && levels.get(at) < stages) continue;
    const { x, y, width, height } = boxes.get(at);
    hits.push({ box: { x, y, width, height }, weight: weights.get(at) });
  }
  return hits;
}
