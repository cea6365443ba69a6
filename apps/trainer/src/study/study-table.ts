import { z } from 'zod';
import { toMarkdownTable } from '../markdown-table.js';
import { measuredResultSchema } from '../results/measured-result.js';

/** `result.json` of a study: what its table is made of. */
export const studyResultSchema = z.strictObject({
  name: z.string(),
  summary: z.string(),
  command: z.string(),
  /** How many cells the study has; the table says so when some are missing. */
  planned: z.int().positive(),
  cells: z.array(
    z.strictObject({ pipeline: z.string(), network: z.string(), set: z.string() }).extend(
      measuredResultSchema.pick({
        n: true,
        accuracy: true,
        interval: true,
        spread: true,
        macroF1: true,
        seconds: true,
      }).shape,
    ),
  ),
});

export type StudyResult = z.output<typeof studyResultSchema>;

/** The table of a study in Markdown: a row a pipeline, a column a data set and network; accuracy in percent with its interval, the best of a column in bold. */
export function renderStudy({ cells, planned }: StudyResult): string {
  const columns = unique(cells.map(({ set, network }) => `${set}, ${network}`));
  const rows = unique(cells.map(({ pipeline }) => pipeline));
  const at = (row: string, column: string) =>
    cells.find(({ pipeline, set, network }) => pipeline === row && `${set}, ${network}` === column);
  const best = columns.map((column) => Math.max(...rows.map((row) => at(row, column)?.accuracy ?? 0)));
  const body = rows.map((row) => [
    row,
    ...columns.map((column, index) => {
      const cell = at(row, column);
      if (!cell) return '–';
      const accuracy = percent(cell.accuracy);
      const interval = cell.interval ? ` (${percent(cell.interval.low)}–${percent(cell.interval.high)})` : '';
      return `${cell.accuracy === best[index] ? `**${accuracy}**` : accuracy}${interval}`;
    }),
  ]);
  const table = toMarkdownTable([['pipeline', ...columns], ...body]);
  const missing = planned - cells.length;
  return missing > 0 ? `${table}\n${cells.length} of ${planned} trainings are done; – stands for the others.\n` : table;
}

export function percent(value: number): string {
  return (100 * value).toFixed(1);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
