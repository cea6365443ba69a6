import { type Dataset, type Emotion, type Sample, UnknownLabelError } from '@mien/core';
import type { PipelineResult } from '../pipeline.js';
import type { TensorSetIndex } from './tensor-set-index.js';

/** What became of one sample. */
export type SampleResult = PipelineResult | { readonly kind: 'bad'; readonly code: string; readonly message: string };

/** A line of `report.json`: a picture that is not in the tensors, or not as it should be. */
export interface PreprocessProblem {
  readonly id: string;
  /** An error's code, `MIEN_NO_FACE` (left out) or `MIEN_WHOLE_IMAGE` (taken whole because no face was found). */
  readonly code: string;
  readonly message: string;
}

type Counts = Partial<Record<Emotion, number>>;

/** Keeps what `index.json` and `report.json` say of every sample. */
export class RowLog {
  readonly problems: PreprocessProblem[] = [];
  readonly #dataset: Dataset;
  readonly #samples: TensorSetIndex['samples'] = { ids: [], subjects: [], splits: [], groups: [] };
  readonly #byLabel: Counts;
  readonly #bySplit: Partial<Record<'train' | 'validation' | 'test' | 'none', Counts>> = {};
  readonly #skipped = { bad: 0, noFace: 0 };
  #wholeImages = 0;

  constructor(dataset: Dataset) {
    this.#dataset = dataset;
    this.#byLabel = Object.fromEntries(dataset.labels.map((label) => [label, 0]));
  }

  get rows(): number {
    return this.#samples.ids.length;
  }

  /** @throws {UnknownLabelError} for a sample of a class that the data set does not list. */
  labelOf({ id, emotion }: Sample): number {
    const label = this.#dataset.labels.indexOf(emotion);
    if (label >= 0) return label;
    throw new UnknownLabelError({
      expected: `sample ${id} of ${this.#dataset.name} to show one of ${this.#dataset.labels.join(', ')}`,
      found: `"${emotion}"`,
      fix: 'add the class to the data set’s labels or leave the sample out',
      details: { id, emotion },
    });
  }

  /** Notes what became of a sample; returns the problem, if there was one. */
  record(sample: Sample, result: SampleResult): PreprocessProblem | undefined {
    const problem = problemOf(sample.id, result);
    if (problem) this.problems.push(problem);
    if (result.kind === 'bad') this.#skipped.bad++;
    else if (result.kind === 'no-face') this.#skipped.noFace++;
    else {
      if (problem) this.#wholeImages++;
      this.#addRow(sample);
    }
    return problem;
  }

  #addRow({ id, subject, split, groups, emotion }: Sample): void {
    const { ids, subjects, splits, groups: groupColumn } = this.#samples;
    ids.push(id);
    subjects.push(subject ?? null);
    splits.push(split ?? null);
    groupColumn.push(groups);
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

  /** The text of `report.json`. */
  report(key: string): string {
    const { rows, problems } = this;
    const report = { key, rows, ...this.#skipped, wholeImages: this.#wholeImages, problems };
    return `${JSON.stringify(report, null, 2)}\n`;
  }
}

function problemOf(id: string, result: SampleResult): PreprocessProblem | undefined {
  if (result.kind === 'bad') return { id, code: result.code, message: result.message };
  if (result.kind === 'no-face') return { id, code: 'MIEN_NO_FACE', message: 'no face found; left out' };
  if (result.faceMissing)
    return { id, code: 'MIEN_WHOLE_IMAGE', message: 'no face found; the whole picture was taken' };
  return undefined;
}
