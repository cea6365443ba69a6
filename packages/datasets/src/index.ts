export { type DecodeOptions, decodeImage } from './decode.js';
export { openFer2013 } from './fer2013.js';
export { openImageFolder } from './image-folder.js';
export { type KdefName, openKdef, parseKdefName } from './kdef.js';
export type { DatasetIssue, OpenedDataset } from './opened-dataset.js';
export { type DatasetSource, datasetSourceSchema, openDataset } from './registry.js';
export { type SplitProtocol, type SplitProtocolInput, splitProtocolSchema } from './split-protocol.js';
export {
  assertNoLeak,
  assignSplits,
  expandFolds,
  type SplitIndices,
  type SplitItem,
  type SplitOptions,
} from './splits.js';
export * from './synthetic/index.js';
