export {
  type AugmentedCopies,
  type AugmentedCopiesInput,
  augmentedCopiesSchema,
} from '../tensor-set/augmented-copies.js';
export {
  loadTensorSet,
  readTensorSetIndex,
  type TensorSample,
  type TensorSet,
} from '../tensor-set/load-tensor-set.js';
export { createPictureRunner, type PictureRunner } from '../tensor-set/picture-runner.js';
export * from '../tensor-set/preprocess-dataset.js';
export { formatPreprocessReport, type PreprocessProblem, type PreprocessReport } from '../tensor-set/report.js';
export type { PictureResult } from '../tensor-set/run-picture.js';
export {
  TENSOR_SET_FORMAT,
  type TensorSetIndex,
  tensorSetIndexSchema,
  tensorSetKey,
} from '../tensor-set/tensor-set-index.js';
