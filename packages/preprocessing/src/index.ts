export * from './augmentation/augment.js';
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
export {
  type AugmentedCopies,
  type AugmentedCopiesInput,
  augmentedCopiesSchema,
} from './tensor-set/augmented-copies.js';
export {
  loadTensorSet,
  readTensorSetIndex,
  type TensorSample,
  type TensorSet,
} from './tensor-set/load-tensor-set.js';
export { createPictureRunner, type PictureRunner } from './tensor-set/picture-runner.js';
export * from './tensor-set/preprocess-dataset.js';
export { formatPreprocessReport, type PreprocessProblem, type PreprocessReport } from './tensor-set/report.js';
export type { PictureResult } from './tensor-set/run-picture.js';
export {
  TENSOR_SET_FORMAT,
  type TensorSetIndex,
  tensorSetIndexSchema,
  tensorSetKey,
} from './tensor-set/tensor-set-index.js';
