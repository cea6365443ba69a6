export type { DetectOptions, FaceDetector } from './face-detector.js';
export { createHaarDetector } from './haar/haar-detector.js';
export {
  HAAR_CASCADES,
  type HaarCascade,
  type HaarOptions,
  type HaarOptionsInput,
  type HaarPass,
  haarOptionsSchema,
  haarPassSchema,
} from './haar/haar-options.js';
export { createHaarDetectorPool } from './node/face-detector-pool.js';
export { intersectionOverUnion, suppressOverlaps } from './non-maximum-suppression.js';
