import { z } from 'zod';

/**
 * A line of `report.json`: something about a picture, or the data set, that is not as it should be. `what` says what, in one word:
 * - left out: `missing`, `empty`, `not-a-picture`, `damaged`, `too-large` (decoding), `no-face`, `no-landmarks`, `duplicate-id`, or the code
 *   of another error;
 * - taken, but not as they are: `whole-image` (no face found), `unaligned` (no landmarks found), `wrong-extension`, `animated`, `rotated`, `cmyk`, `more-than-8-bits`,
 *   `transparent` (see `ImageQuirk` of @mien/core);
 * - of the data set: `empty-class`, and the kinds of `DatasetIssue` of @mien/datasets.
 */
const problemSchema = z.strictObject({
  /** The sample, file or class. */
  id: z.string(),
  what: z.string(),
  /** The error's code, where an error is behind it. */
  code: z.string().optional(),
  /** For a person: what was found and what became of it. */
  message: z.string(),
  /** Left out by the set's own rule or the user's choice: strict does not mind it. */
  intended: z.boolean().optional(),
});

export type PreprocessProblem = z.output<typeof problemSchema>;

const count = z.number().int().nonnegative();

/** `report.json` beside `index.json`. */
export const preprocessReportSchema = z.strictObject({
  key: z.string(),
  /** Pictures in the tensors, augmented copies included. */
  rows: count,
  /** Pictures left out because they cannot be used, and because they show no face. */
  bad: count,
  noFace: count,
  /** Pictures taken whole because no face was found. */
  wholeImages: count,
  /** How many problems there are of each kind. */
  counts: z.record(z.string(), count),
  problems: z.array(problemSchema),
});

export type PreprocessReport = z.output<typeof preprocessReportSchema>;

/** How many problems of each kind there are, the most frequent first. */
export function countProblems(problems: readonly PreprocessProblem[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { what } of problems) counts.set(what, (counts.get(what) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

/** The report for a terminal: a line for each kind with its count and its first file; empty when there is nothing to say. */
export function formatPreprocessReport({ counts, problems }: PreprocessReport): string {
  const lines = Object.entries(counts).map(([what, number]) => {
    const first = problems.find((problem) => problem.what === what) as PreprocessProblem;
    const others = number > 1 ? ` (and ${(number - 1).toLocaleString('en')} more)` : '';
    return `  ${number.toLocaleString('en')} × ${what}: ${first.id}${others}: ${first.message}\n`;
  });
  return lines.join('');
}
