import { InvalidConfigurationError } from '@mien/core';
import { z } from 'zod';
import { alignStepSchema } from './steps/align.js';
import { claheStepSchema } from './steps/clahe.js';
import { cropCentreStepSchema } from './steps/crop-centre.js';
import { cropFaceStepSchema, detectFaceStepSchema } from './steps/crop-face.js';
import { cropLandmarksStepSchema } from './steps/crop-landmarks.js';
import { dctNormalisationStepSchema } from './steps/dct-normalisation.js';
import { differenceOfGaussiansStepSchema } from './steps/difference-of-gaussians.js';
import { equaliseHistogramStepSchema } from './steps/equalise-histogram.js';
import { frontaliseStepSchema } from './steps/frontalise.js';
import { gammaStepSchema } from './steps/gamma.js';
import { gradientChannelsStepSchema } from './steps/gradient-channels.js';
import { greyStepSchema } from './steps/grey.js';
import { localBinaryPatternsStepSchema } from './steps/local-binary-patterns.js';
import { localNormalisationStepSchema } from './steps/local-normalisation.js';
import { lopesCropStepSchema } from './steps/lopes-crop.js';
import { mappedLocalBinaryPatternsStepSchema } from './steps/mapped-local-binary-patterns.js';
import { resizeStepSchema } from './steps/resize.js';
import { scaleStepSchema } from './steps/scale.js';
import { anisotropicSmoothingStepSchema, isotropicSmoothingStepSchema } from './steps/smoothing.js';

/** One step as data: `step` names it, the other keys are its options; unknown keys are errors. */
export const pipelineStepSchema = z.discriminatedUnion('step', [
  greyStepSchema,
  cropFaceStepSchema,
  detectFaceStepSchema,
  cropCentreStepSchema,
  cropLandmarksStepSchema,
  lopesCropStepSchema,
  alignStepSchema,
  frontaliseStepSchema,
  resizeStepSchema,
  equaliseHistogramStepSchema,
  claheStepSchema,
  gammaStepSchema,
  isotropicSmoothingStepSchema,
  anisotropicSmoothingStepSchema,
  dctNormalisationStepSchema,
  differenceOfGaussiansStepSchema,
  localNormalisationStepSchema,
  scaleStepSchema,
  localBinaryPatternsStepSchema,
  mappedLocalBinaryPatternsStepSchema,
  gradientChannelsStepSchema,
]);

/** A pipeline as data, in the order the steps run. */
export const pipelineSchema = z.array(pipelineStepSchema).min(1);

/** A pipeline with every default filled in. */
export type PipelineData = z.output<typeof pipelineSchema>;
/** A pipeline as a person writes it. */
export type PipelineInput = z.input<typeof pipelineSchema>;
export type PipelineStep = z.output<typeof pipelineStepSchema>;

/**
 * Checks a pipeline and fills in the defaults.
 * @throws {InvalidConfigurationError} naming the step and the option.
 */
export function parsePipeline(data: unknown): PipelineData {
  const parsed = pipelineSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const [index, ...path] = issue.path;
  const place = index === undefined ? 'the pipeline' : `step ${Number(index) + 1}`;
  throw new InvalidConfigurationError({
    expected: `a pipeline of the steps ${pipelineStepSchema.options.map(({ shape }) => shape.step.value).join(', ')} with their options`,
    found: `${place}${path.length > 0 ? `, option "${path.join('.')}"` : ''}: ${issue.message}`,
    fix: 'correct it; every step’s options are listed in @mien/preprocessing',
    details: { issues: parsed.error.issues },
    cause: parsed.error,
  });
}
