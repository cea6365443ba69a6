export type { DetectOptions, FaceDetector } from './face-detector.js';
export { createHaarDetector } from './haar-detector.js';
export { createHaarDetectorPool } from './haar-detector-pool.js';
export {
  HAAR_CASCADES,
  type HaarCascade,
  type HaarOptions,
  type HaarOptionsInput,
  type HaarPass,
  haarOptionsSchema,
  haarPassSchema,
} from './haar-options.js';
export { intersectionOverUnion, suppressOverlaps } from './non-maximum-suppression.js';
