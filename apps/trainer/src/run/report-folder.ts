import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MissingInputError } from '@mien/core';
import { describeSystemError, writeFileAtomically } from '@mien/core/node';
import { type ReportInput, renderReport } from '@mien/metrics';

/** What the page is made of; with it the page can be made again. */
const SOURCE = 'page.json';

/** Writes a report folder's page, the data that it is made of, and its figures without pictures. @returns the page's path. */
export async function writeReport(folder: string, input: ReportInput): Promise<string> {
  const page = join(folder, 'index.html');
  const figures = input.evaluations.map(({ mistakes: _, ...evaluation }) => evaluation);
  await writeFileAtomically(join(folder, SOURCE), `${JSON.stringify(input)}\n`);
  await writeFileAtomically(join(folder, 'report.json'), `${JSON.stringify(figures, null, 2)}\n`);
  await writeFileAtomically(page, renderReport(input));
  return page;
}

/**
 * Makes the page of a run anew, with this version's charts and words. @returns the page's path.
 * @param output where to write it; default: where it was.
 * @throws {MissingInputError} when the run has no report.
 */
export async function renderReportAgain(run: string, output?: string): Promise<string> {
  const source = join(run, 'report', SOURCE);
  let text: string;
  try {
    text = await readFile(source, 'utf8');
  } catch (error) {
    throw new MissingInputError({
      expected: `a finished run with ${source}`,
      found: describeSystemError(error),
      fix: 'name the folder of a run, below runs/<experiment>/, or finish it with --resume',
      details: { run },
      cause: error,
    });
  }
  const page = output ?? join(run, 'report', 'index.html');
  await writeFileAtomically(page, renderReport(JSON.parse(text) as ReportInput));
  return page;
}
