import type { PipelineData } from '@mien/preprocessing';
import type { DatasetFolder } from '../configuration/dataset-definition.js';
import type { Experiment } from '../configuration/experiment.js';

/** A data set as an experiment wants it: with its pipeline, or its size of pictures. */
export function withExperimentPipeline(folder: DatasetFolder, { pipeline, input }: Experiment): DatasetFolder {
  return pipeline ? { ...folder, definition: { ...folder.definition, pipeline } } : withInputSize(folder, input);
}

/** A data set whose pictures are brought to another size: its `resize` steps are changed, or one is added at the end. */
export function withInputSize(folder: DatasetFolder, input: Experiment['input']): DatasetFolder {
  if (!input) return folder;
  const { pipeline } = folder.definition;
  const resized = pipeline.some(({ step }) => step === 'resize')
    ? pipeline.map((step) => (step.step === 'resize' ? { ...step, ...input } : step))
    : [...pipeline, { step: 'resize' as const, ...input }];
  return { ...folder, definition: { ...folder.definition, pipeline: resized as PipelineData } };
}
