export { asFaces } from './as-faces.js';
export {
  type AuditOptions,
  auditDataset,
  type DatasetAudit,
  type EqualPictures,
  type NearPictures,
  type SharedPictures,
  type SharedSubject,
} from './audit.js';
export { type CkPlusName, openCkPlus, parseCkPlusName } from './ck-plus.js';
export { type ClassMapping, classMappingSchema, mapClasses } from './class-mapping.js';
export { combineDatasets } from './combined-dataset.js';
export { type ContactSheet, type ContactSheetOptions, drawContactSheet } from './contact-sheet.js';
export { type DecodeOptions, decodeImage } from './decode.js';
export { dropLeaks, type LeakFreeSplit } from './drop-leaks.js';

export { type ExportOptions, type ExportResult, exportDataset } from './export-dataset.js';
export { openFer2013 } from './fer2013.js';
export { openFerPlus } from './ferplus.js';
export {
  FERPLUS_LABELS,
  type FerPlusExclusion,
  type FerPlusLabel,
  type FerPlusLabels,
  labelOfVotes,
} from './ferplus-labels.js';
export { FERPLUS_COLUMNS, type FerPlusRow, readFerPlusVotes } from './ferplus-votes.js';
export { openImageFolder } from './image-folder.js';
export { type JaffeName, openJaffe, parseJaffeName } from './jaffe.js';
export { type KdefName, openKdef, parseKdefName } from './kdef.js';
export { readLabelsTable, type TableRow } from './labels-table.js';
export type { DatasetIssue, OpenedDataset } from './opened-dataset.js';
export { type DatasetSource, datasetSourceSchema, openDataset } from './registry.js';
export { openSfew, parseSfewName, type SfewName } from './sfew.js';
export type { SplitItem } from './split-item.js';
export { type SplitProtocol, type SplitProtocolInput, splitProtocolSchema } from './split-protocol.js';
export {
  assertNoLeak,
  assignSplits,
  expandFolds,
  type SplitIndices,
  type SplitOptions,
} from './splits.js';
export * from './synthetic/index.js';
