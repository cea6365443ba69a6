import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ALL_EMOTIONS, type Emotion, MissingInputError } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import type { TensorSample } from '@mien/preprocessing/node';
import type { SetPredictions } from '@mien/training';
import { z } from 'zod';
import { checkConfiguration, readYamlFile } from '../configuration/yaml-file.js';
import { FINAL_FOLDER } from './members.js';

const partSchema = z.strictObject({
  dataset: z.string(),
  split: z.string(),
  labels: z.array(z.enum(ALL_EMOTIONS)),
  ids: z.array(z.string()),
  truth: z.array(z.number().int()),
  /** `[n × classes]`, as many digits as single precision has. */
  probabilities: z.array(z.number()),
  /** The group of each sample in each grouping, such as `gender`; null where the data set does not say. */
  groups: z.record(z.string(), z.array(z.string().nullable())),
});

/** What a model said of every sample of a part: `report/predictions.json` has one for each part. */
export type PartPredictions = z.output<typeof partSchema>;

const FILE = 'predictions.json';

/** What results are compared by; a sample that says nothing of it is in no group. */
const GROUPINGS: Readonly<Record<string, (sample: TensorSample) => string | undefined>> = {
  gender: ({ groups }) => groups.gender,
  angle: ({ groups }) => groups.angle,
  'gender and angle': ({ groups }) => groups.gender && groups.angle && `${groups.gender}, ${groups.angle}`,
  'data set': ({ groups }) => groups.database,
  person: ({ subject }) => subject,
};

export function toPartPredictions(
  part: { readonly dataset: string; readonly split: string },
  labels: readonly Emotion[],
  samples: readonly TensorSample[],
  { truth, probabilities }: SetPredictions,
): PartPredictions {
  return {
    dataset: part.dataset,
    split: part.split,
    labels: [...labels],
    ids: samples.map(({ id }) => id),
    truth: [...truth],
    probabilities: Array.from(probabilities, (value) => Number(value.toPrecision(9))),
    groups: Object.fromEntries(
      Object.entries(GROUPINGS).map(([name, groupOf]) => [name, samples.map((sample) => groupOf(sample) ?? null)]),
    ),
  };
}

/** The predictions of several members one after the other; a sample that was predicted twice counts twice. */
export function pool(parts: readonly PartPredictions[]): PartPredictions {
  const [first] = parts;
  return {
    ...first,
    ids: parts.flatMap(({ ids }) => ids),
    truth: parts.flatMap(({ truth }) => truth),
    probabilities: parts.flatMap(({ probabilities }) => probabilities),
    groups: Object.fromEntries(
      Object.keys(first.groups).map((name) => [name, parts.flatMap(({ groups }) => groups[name])]),
    ),
  };
}

export async function writePredictions(directory: string, parts: readonly PartPredictions[]): Promise<void> {
  await writeFileAtomically(join(directory, FILE), `${JSON.stringify(parts)}\n`);
}

/**
 * The predictions of a run; those of its folds together, those of several seeds as the mean over them.
 * @param run a run folder.
 * @throws {MissingInputError} when it has none.
 */
export async function readPredictions(run: string): Promise<PartPredictions[]> {
  const files = (await readdir(run, { recursive: true }).catch(() => [] as string[]))
    // A final model has no test part, and its validation pictures are tested on in the folds.
    .filter((file) => file.endsWith(join('report', FILE)) && !file.startsWith(FINAL_FOLDER))
    .sort();
  if (files.length === 0) {
    throw new MissingInputError({
      expected: `a run that is finished in ${run}, with report/${FILE}`,
      found: 'none',
      fix: 'finish the run (mien-train run … --resume), or name the folder below runs/<experiment>/',
      details: { run },
    });
  }
  const parts = await Promise.all(
    files.map(async (file) => {
      const path = join(run, file);
      return checkConfiguration(z.array(partSchema), await readYamlFile(path), path);
    }),
  );
  return meanOfMembers(parts.flat());
}

/** One for each data set and split; a sample that several members predicted has the mean of what they said. */
export function meanOfMembers(parts: readonly PartPredictions[]): PartPredictions[] {
  const merged = new Map<
    string,
    {
      first: PartPredictions;
      rows: Map<string, { truth: number; sum: number[]; n: number; groups: (string | null)[] }>;
    }
  >();
  for (const part of parts) {
    const key = `${part.dataset}\n${part.split}`;
    const entry = merged.get(key) ?? { first: part, rows: new Map() };
    merged.set(key, entry);
    const classes = part.labels.length;
    const names = Object.keys(entry.first.groups);
    for (const [row, id] of part.ids.entries()) {
      const own = part.probabilities.slice(row * classes, (row + 1) * classes);
      const known = entry.rows.get(id);
      const sum: number[] = known ? known.sum.map((value: number, index: number) => value + own[index]) : own;
      const groups = names.map((name) => part.groups[name][row]);
      entry.rows.set(id, { truth: part.truth[row], sum, n: (known?.n ?? 0) + 1, groups });
    }
  }
  return [...merged.values()].map(({ first, rows }) => ({
    ...first,
    ids: [...rows.keys()],
    truth: [...rows.values()].map(({ truth }) => truth),
    probabilities: [...rows.values()].flatMap(({ sum, n }) => sum.map((value) => value / n)),
    groups: Object.fromEntries(
      Object.keys(first.groups).map((name, index) => [name, [...rows.values()].map(({ groups }) => groups[index])]),
    ),
  }));
}
