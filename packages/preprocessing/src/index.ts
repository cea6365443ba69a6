export * from './augmentation/augment.js';
export * from './augmentation/augment-shape.js';
export {
  type Augmentation,
  type AugmentationInput,
  augmentationSchema,
  mixesSamples,
} from './augmentation/augmentation-schema.js';
export * from './augmentation/mix.js';
export * from './augmentation/ten-crop.js';
export { cropReplicated, cropSquare } from './crop.js';
export * from './pipeline.js';
export * from './pipeline-schema.js';
export { RESAMPLING_KERNELS, type ResamplingKernel, resample } from './resample.js';
export { type CropFaceStep, cropFaceStepSchema } from './steps/crop-face.js';
export { equaliseHistogram } from './steps/equalise-histogram.js';
export { toGrey } from './steps/grey.js';
