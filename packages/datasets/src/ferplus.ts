import { createHash } from 'node:crypto';
import { access, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ALL_EMOTIONS, InvalidDataError, MissingInputError, type Sample, type Split } from '@mien/core';
import { describeSystemError, hashFile } from '@mien/core/node';
import { openFer2013 } from './fer2013.js';
import { type FerPlusExclusion, type FerPlusLabel, type FerPlusLabels, labelOfVotes } from './ferplus-labels.js';
import { type FerPlusRow, readFerPlusVotes } from './ferplus-votes.js';
import type { OpenedDataset } from './opened-dataset.js';

const VOTES_FILE = 'fer2013new.csv';
const PICTURE_FILES = ['fer2013.csv', 'fer2013.csv.gz'] as const;
const SPLITS: Readonly<Record<string, Split>> = { Training: 'train', PublicTest: 'validation', PrivateTest: 'test' };
const REASONS: Readonly<Record<FerPlusExclusion, string>> = {
  'no-majority': 'no class, or classes together, with more than half of the votes',
  unknown: 'most votes are for "unknown"',
  'not-a-face': 'most votes are for "not a face"',
};

/**
 * FER+ (Barsoum et al. 2016): FER-2013's pictures with labels made of ten votes each, eight classes with contempt. `labels`
 * says how (`labelOfVotes`): but for `majority`, training pictures have a `labelDistribution`. Pictures of the other parts
 * always have the majority's label, as in the authors' own evaluation, so that figures can be compared.
 *
 * `path` is the folder that holds `fer2013.csv` (or `.csv.gz`) and `fer2013new.csv`, or the former with the latter beside it.
 * Pictures that no rule labels, or that are "unknown" or "not a face", are left out: one issue for each reason. Ids
 * and splits are FER-2013's; a csv without its last part (PrivateTest) can be used.
 * @throws {MissingInputError} when one of the two files is not there.
 * @throws {InvalidDataError} when one of them is wrong here; while iterating, when a row's Usage differs between the two or
 * there are fewer rows of votes than pictures.
 */
export async function openFerPlus(options: {
  readonly path: string;
  readonly name?: string;
  readonly labels?: FerPlusLabels;
}): Promise<OpenedDataset> {
  const { name = 'ferplus', labels: rule = 'majority' } = options;
  const path = await findPictures(options.path);
  const votesFile = join(dirname(path), VOTES_FILE);
  const rows = await readFerPlusVotes(votesFile);
  const labels = rows.map((row) => labelOf(row, rule));
  const pictures = await openFer2013({ path, name });
  return {
    name,
    labels: ALL_EMOTIONS,
    licence: 'labels: MIT (Microsoft); pictures: none stated, collected by web search (Goodfellow et al. 2013)',
    issues: (Object.keys(REASONS) as FerPlusExclusion[])
      .map((excluded) => ({
        excluded,
        count: labels.filter((label) => 'excluded' in label && label.excluded === excluded).length,
      }))
      .filter(({ count }) => count > 0)
      .map(({ excluded, count }) => ({
        kind: 'unlabelled' as const,
        path: VOTES_FILE,
        reason: `${REASONS[excluded]}: ${count.toLocaleString('en')} of ${labels.length.toLocaleString('en')} rows, left out`,
        intended: true,
      })),
    samples: () => relabel(pictures.samples(), rows, labels, votesFile),
    fingerprint: async () =>
      createHash('sha256')
        .update(JSON.stringify([rule, await pictures.fingerprint(), await hashFile(votesFile)]))
        .digest('hex'),
  };
}

function labelOf({ usage, votes }: FerPlusRow, rule: FerPlusLabels): FerPlusLabel {
  return labelOfVotes(votes, SPLITS[usage] === 'train' ? rule : 'majority');
}

async function* relabel(
  samples: AsyncIterable<Sample>,
  rows: readonly { readonly usage: string }[],
  labels: readonly FerPlusLabel[],
  file: string,
): AsyncGenerator<Sample> {
  for await (const sample of samples) {
    const row = Number(sample.id);
    const usage = rows[row - 1]?.usage;
    if (usage === undefined || SPLITS[usage] !== sample.split) {
      throw new InvalidDataError({
        expected: `row ${row} of ${file} to belong to row ${row} of FER-2013's csv, a picture of its ${sample.split} part`,
        found: usage === undefined ? `only ${rows.length} rows of votes` : `votes for a picture of ${usage}`,
        fix: 'use both files in the order of their release',
        details: { file, row },
      });
    }
    const label = labels[row - 1];
    if ('excluded' in label) continue;
    const { emotion, distribution } = label;
    yield { ...sample, emotion, ...(distribution && { labelDistribution: distribution }) };
  }
}

async function findPictures(path: string): Promise<string> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    throw missing(path, describeSystemError(error), error);
  }
  if (!isFolder) return path;
  for (const file of PICTURE_FILES) {
    const candidate = join(path, file);
    if (
      await access(candidate).then(
        () => true,
        () => false,
      )
    )
      return candidate;
  }
  throw missing(path, 'neither in that folder');
}

function missing(path: string, found: string, cause?: unknown): MissingInputError {
  return new MissingInputError({
    expected: `${PICTURE_FILES.join(' or ')}, with ${VOTES_FILE} beside it, at ${path}`,
    found,
    fix: 'check the path: name the folder that holds FER-2013’s csv and the votes of FER+',
    details: { path },
    cause,
  });
}
