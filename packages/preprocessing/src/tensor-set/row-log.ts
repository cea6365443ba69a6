import {
  type Dataset,
  type Emotion,
  type ImageQuirk,
  InvalidDataError,
  type Sample,
  UnknownLabelError,
} from '@mien/core';
import { countProblems, type PreprocessProblem, type PreprocessReport } from './report.js';
import type { PictureResult } from './run-picture.js';
import type { TensorSetIndex } from './tensor-set-index.js';

/** What a loader says of the data set's files (`OpenedDataset.issues` of @mien/datasets). */
export interface DatasetNote {
  readonly kind: string;
  readonly path: string;
  readonly reason: string;
  /** Left out by the set's own rule or the user's choice: nothing is wrong with it. */
  readonly intended?: boolean;
}

type Counts = Partial<Record<Emotion, number>>;

const QUIRKS: Readonly<Record<ImageQuirk, string>> = {
  'wrong-extension': 'its content is of another format than its name says; the content counts',
  animated: 'several pictures in one file; the first was taken',
  rotated: 'the camera’s rotation was applied',
  cmyk: 'print colours, converted to sRGB',
  'more-than-8-bits': 'more than 8 bits a channel, reduced to 8',
  transparent: 'transparent, laid on white',
};

/** Keeps what `index.json` and `report.json` say of every sample. */
export class RowLog {
  readonly problems: PreprocessProblem[] = [];
  readonly #dataset: Dataset;
  readonly #samples: TensorSetIndex['samples'];
  readonly #seen = new Set<string>();
  readonly #byLabel: Counts;
  readonly #bySplit: Partial<Record<'train' | 'validation' | 'test' | 'none', Counts>> = {};
  readonly #skipped = { bad: 0, noFace: 0 };
  #wholeImages = 0;

  /** @param withCopies whether rows may be augmented copies. */
  constructor(dataset: Dataset, withCopies = false) {
    this.#dataset = dataset;
    this.#samples = { ids: [], subjects: [], splits: [], groups: [], ...(withCopies && { copyOf: [] }) };
    this.#byLabel = Object.fromEntries(dataset.labels.map((label) => [label, 0]));
  }

  get rows(): number {
    return this.#samples.ids.length;
  }

  /**
   * Checks what a sample says of itself; a wrong label would be a lie in every figure after it.
   * @throws {UnknownLabelError} for a class that the data set does not list.
   * @throws {InvalidDataError} for a label distribution that is none over the data set's labels.
   */
  labelOf({ id, emotion, labelDistribution }: Sample): number {
    const { name, labels } = this.#dataset;
    const label = labels.indexOf(emotion);
    if (label < 0) {
      throw new UnknownLabelError({
        expected: `sample ${id} of ${name} to show one of ${labels.join(', ')}`,
        found: `"${emotion}"`,
        fix: 'add the class to the data set’s labels or leave the sample out',
        details: { id, emotion },
      });
    }
    if (labelDistribution && !isDistribution(labelDistribution, labels.length)) {
      throw new InvalidDataError({
        expected: `${labels.length} probabilities that sum to 1 as the label of ${id} of ${name}`,
        found: labelDistribution.join(', '),
        fix: 'correct the data set’s labels',
        details: { id, labelDistribution },
      });
    }
    return label;
  }

  /** What the loader found wrong with the data set's files. */
  noteIssue({ kind, path, reason, intended }: DatasetNote): PreprocessProblem {
    return this.#note({ id: path, what: kind, message: reason, ...(intended && { intended }) });
  }

  /** Whether a sample's id was seen before; then it must be left out, or rows could not be told apart. */
  isDuplicate({ id }: Sample): boolean {
    if (this.#seen.has(id)) return true;
    this.#seen.add(id);
    return false;
  }

  noteDuplicate({ id }: Sample): PreprocessProblem {
    this.#skipped.bad++;
    return this.#note({ id, what: 'duplicate-id', message: 'another sample has the same id; this one was left out' });
  }

  /** Notes what became of a sample; returns the problems, if there were any. */
  record(sample: Sample, result: PictureResult): PreprocessProblem[] {
    const { id } = sample;
    if (result.kind === 'bad') {
      this.#skipped.bad++;
      const { what, code, message } = result;
      return [this.#note({ id, what, code, message })];
    }
    if (result.kind === 'no-face') {
      this.#skipped.noFace++;
      return [
        result.missing === 'landmarks'
          ? this.#note({
              id,
              what: 'no-landmarks',
              message: 'no landmarks found, which a step cannot do without; left out',
            })
          : this.#note({ id, what: 'no-face', message: 'no face found; left out' }),
      ];
    }
    this.#addRow(sample, id);
    const problems = (result.quirks ?? []).map((what) => this.#note({ id, what, message: QUIRKS[what] }));
    if (result.faceMissing) {
      this.#wholeImages++;
      problems.push(this.#note({ id, what: 'whole-image', message: 'no face found; the whole picture was taken' }));
    }
    if (result.landmarksMissing) {
      problems.push(this.#note({ id, what: 'unaligned', message: 'no landmarks found; taken as it was' }));
    }
    return problems;
  }

  /** Adds a row that is a copy of the picture recorded last. @param copy its number, from 1. */
  addCopy(sample: Sample, copy: number): void {
    this.#addRow(sample, `${sample.id}#${copy}`, this.rows - copy);
  }

  /** After the last sample: classes of which there is no picture. */
  noteEmptyClasses(): PreprocessProblem[] {
    return this.#dataset.labels
      .filter((label) => this.#byLabel[label] === 0)
      .map((label) =>
        this.#note({
          id: label,
          what: 'empty-class',
          message: 'the data set names the class, and no picture shows it',
        }),
      );
  }

  #note(problem: PreprocessProblem): PreprocessProblem {
    this.problems.push(problem);
    return problem;
  }

  #addRow({ subject, split, groups, emotion }: Sample, id: string, original: number | null = null): void {
    const { ids, subjects, splits, groups: groupColumn, copyOf } = this.#samples;
    ids.push(id);
    subjects.push(subject ?? null);
    splits.push(split ?? null);
    groupColumn.push(groups);
    copyOf?.push(original);
    this.#byLabel[emotion] = (this.#byLabel[emotion] ?? 0) + 1;
    this.#bySplit[split ?? 'none'] ??= {};
    const inSplit = this.#bySplit[split ?? 'none'] as Counts;
    inSplit[emotion] = (inSplit[emotion] ?? 0) + 1;
  }

  /** The index's fields about the samples. */
  summary(): Pick<TensorSetIndex, 'count' | 'counts' | 'samples' | 'skipped' | 'wholeImages'> {
    return {
      count: this.rows,
      counts: { byLabel: this.#byLabel, bySplit: this.#bySplit },
      samples: this.#samples,
      skipped: this.#skipped,
      wholeImages: this.#wholeImages,
    };
  }

  report(key: string): PreprocessReport {
    const { rows, problems } = this;
    const counts = countProblems(problems);
    return { key, rows, ...this.#skipped, wholeImages: this.#wholeImages, counts, problems };
  }
}

function isDistribution(shares: readonly number[], length: number): boolean {
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.length === length && shares.every((share) => share >= 0) && Math.abs(sum - 1) < 1e-3;
}
