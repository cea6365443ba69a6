import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { InvalidDataError, type Landmarks, type Sample } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import { createPipeline, type PipelineData } from '@mien/preprocessing';
import { createPictureRunner } from '@mien/preprocessing/node';
import { z } from 'zod';
import { Progress } from '../progress.js';

const fileSchema = z.record(z.string(), z.array(z.tuple([z.number(), z.number()])).nullable());

/**
 * The `ibug-68` landmarks that a pipeline goes by, in pixels of each sample's own picture; a sample in which none are found has no entry.
 * @param directory of the tensors that the same pipeline made of the same samples: what was found is kept there.
 * @throws {InvalidDataError} when the pipeline looks for no landmarks, or finds none in any picture.
 */
export async function findLandmarks(
  samples: readonly Sample[],
  pipeline: PipelineData,
  directory: string,
): Promise<ReadonlyMap<string, Landmarks>> {
  const file = join(directory, 'landmarks.json');
  const known = await readKnown(file);
  const points = samples.every(({ id }) => id in known) ? known : await locateAll(samples, pipeline, file);
  const found = new Map<string, Landmarks>();
  for (const { id } of samples) {
    const own = points[id];
    if (own) found.set(id, { scheme: 'ibug-68', points: own });
  }
  if (found.size > 0) return found;
  throw new InvalidDataError({
    expected:
      'landmarks of faces: a pipeline with "detect-face" or "crop-face" and, behind it, a step that goes by landmarks',
    found: `none in ${samples.length} pictures, by ${pipeline.map(({ step }) => step).join(', ')}`,
    fix: 'add such steps, such as "crop-landmarks", to the pipeline of the experiment',
  });
}

async function locateAll(samples: readonly Sample[], pipeline: PipelineData, file: string) {
  const threads = Math.min(4, availableParallelism());
  const prepared = await createPipeline(pipeline);
  const runner = createPictureRunner(prepared, threads);
  const progress = new Progress('finding landmarks');
  const points: z.output<typeof fileSchema> = {};
  let next = 0;
  let done = 0;
  const lane = async () => {
    while (next < samples.length) {
      const sample = samples[next++];
      const result = await runner.run(sample);
      const landmarks = result.kind === 'image' ? result.face?.landmarks : undefined;
      points[sample.id] = landmarks ? landmarks.points.map(([x, y]) => [round(x), round(y)]) : null;
      progress.update(++done, samples.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: threads + 1 }, lane));
  } finally {
    progress.end();
    await runner.close();
    prepared.dispose();
  }
  await writeFileAtomically(file, `${JSON.stringify(points)}\n`);
  return points;
}

/** Hundredths of a pixel are finer than any landmark. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}

async function readKnown(file: string): Promise<z.output<typeof fileSchema>> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  try {
    return fileSchema.safeParse(JSON.parse(text)).data ?? {};
  } catch {
    // Damaged: what it held is found again.
    return {};
  }
}
