import { InvalidConfigurationError } from '@mien/core';
import { z } from 'zod';
import { cropCentreStepSchema } from './steps/crop-centre.js';
import { cropFaceStepSchema } from './steps/crop-face.js';
import { equaliseHistogramStepSchema } from './steps/equalise-histogram.js';
import { greyStepSchema } from './steps/grey.js';
import { resizeStepSchema } from './steps/resize.js';

/** One step as data: `step` names it, the other keys are its options; unknown keys are errors. */
export const pipelineStepSchema = z.discriminatedUnion('step', [
  greyStepSchema,
  cropFaceStepSchema,
  cropCentreStepSchema,
  resizeStepSchema,
  equaliseHistogramStepSchema,
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
