export { type Alignment, alignmentOf, boxAroundEyes, type EyeMargins, levelling } from './alignment/alignment.js';
export { boundingBox, cornersOf, type RotatedBox, similarityFromTarget } from './alignment/rotated-box.js';
export {
  composeSimilarities,
  fitSimilarity,
  invertSimilarity,
  type Point,
  type Similarity,
  transformPoint,
} from './alignment/similarity.js';
export { createCnnDetector } from './cnn/cnn-detector.js';
export { type CnnOptions, type CnnOptionsInput, cnnOptionsSchema } from './cnn/cnn-options.js';
export { createFaceDetector } from './create-face-detector.js';
export type { DetectOptions, FaceDetector } from './face-detector.js';
export { type DetectorOptions, type DetectorOptionsInput, detectorOptionsSchema } from './face-detector-options.js';
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
export type { LandmarkDetector, LocatedLandmarks } from './landmarks/landmark-detector.js';
export { createLandmarkDetector } from './landmarks/mesh-landmark-detector.js';
export { intersectionOverUnion, suppressOverlaps } from './non-maximum-suppression.js';
export type { OnnxRuntime } from './platform/platform.js';
export type { FaceResources } from './resources.js';
export { createFaceTracker, type FaceTracker, type TrackedFace } from './tracking/face-tracker.js';
export {
  type FaceTrackerOptions,
  type FaceTrackerOptionsInput,
  faceTrackerOptionsSchema,
} from './tracking/tracker-options.js';
