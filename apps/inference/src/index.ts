export * from './emotion-reader.js';
export { exportOnnx } from './export/onnx.js';
export * from './predict/find-pictures.js';
export { type PictureResult, type PictureSource, type ReadBatchOptions, readBatch } from './reading/read-batch.js';
