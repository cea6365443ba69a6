import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { pretrainedDirectory, readBundle } from '@mien/model-zoo';
import { expect, test } from 'vitest';
import { readResults } from '../commands/results.js';
import { type MeasuredResult, measuredResultSchema } from './measured-result.js';
import { renderResults, resultRowsSchema } from './results-page.js';

const docs = (path: string) => fileURLToPath(new URL(`../../../../docs/${path}`, import.meta.url));

const measured: MeasuredResult = measuredResultSchema.parse({
  name: 'kdef-tang',
  network: 'tang',
  dataset: 'kdef',
  protocol: 'k-fold (k 5)',
  split: 'test',
  obtained: 'held-out',
  n: 1490,
  accuracy: 0.8123,
  interval: { low: 0.79, high: 0.83 },
  macroF1: 0.8,
  spread: { trainings: 5, mean: 0.811, standardDeviation: 0.03, low: 0.76, high: 0.85 },
  seeds: [1, 2],
  ensemble: { n: 745, accuracy: 0.8301, interval: { low: 0.8, high: 0.86 }, macroF1: 0.82 },
  gaps: { gender: { groups: 2, value: 0.1, low: 0.05, high: 0.15, best: 'female', worst: 'male' } },
  seconds: 125,
  startedAt: '2026-01-01T00:00:00.000Z',
  engine: 'wasm, 4.22.0',
  processor: 'A processor',
  processors: 2,
  revision: 'abc',
  command: 'mien-train run kdef-tang.yaml',
});
const rows = resultRowsSchema.parse([
  { model: 'Tang', set: 'KDEF', theirs: '59.15', result: 'kdef-tang' },
  { model: 'Lopes', set: 'CK+', theirs: '95.75', result: 'ck-plus-lopes' },
]);

test('a row has ours beside theirs, with protocol, seeds, spread, time and command; one that was not run says so', () => {
  const page = renderResults({ rows, results: new Map([[measured.name, measured]]), cards: [], studies: [] });
  const cells = (model: string) =>
    page
      .split('\n')
      .find((line) => line.startsWith(`| ${model}`))
      ?.split('|')
      .map((cell) => cell.trim())
      .slice(1, -1);
  expect(cells('Tang')).toEqual([
    'Tang',
    'KDEF',
    '59.15',
    '**81.2** (79.0–83.0) of 745, each by 2 seeds; 81.1 ± 3.0, 76.0 to 85.0; ensemble of 2 seeds **83.0** (80.0–86.0) of 745',
    'k-fold (k 5); held-out',
    '1, 2',
    '2 min 05 s',
    '`mien-train run kdef-tang.yaml`',
  ]);
  expect(cells('Lopes')?.slice(3)).toEqual(['not run', '–', '–', '–', '`mien-train run ck-plus-lopes`']);
  expect(cells('kdef-tang')).toEqual(['kdef-tang', 'gender (2)', '10.0 (5.0–15.0)', 'female / male']);
});

test('a shipped bundle tells how its figure is got again: on the part of the set that its card names', async () => {
  const { card } = await readBundle(pretrainedDirectory('mien-net.fer2013'));
  const rows = resultRowsSchema.parse([
    { model: 'whole', set: 'FER', theirs: '–', bundle: 'mien-net.fer2013', views: 'flip' },
  ]);
  const page = renderResults({ rows, results: new Map(), cards: [card], studies: [] });
  const figure = page.match(/\| whole .*\*\*(\d\d\.\d)\*\* \(\d\d\.\d–\d\d\.\d\) of 3,589/)?.[1];
  expect(Number(figure) / 100).toBeCloseTo(card.metrics[0].accuracy, 3);
  expect(page).toContain('`mien-train evaluate mien-net.fer2013 --dataset fer2013 --split validation --views flip`');
});

test('a row names a result or a bundle, not both and not neither', () => {
  const row = { model: 'a', set: 'b', theirs: '–' };
  for (const wrong of [row, { ...row, result: 'x', bundle: 'y' }]) {
    expect(resultRowsSchema.safeParse([wrong]).success).toBe(false);
  }
});

test('docs/results.md is what the command makes of what is kept', async () => {
  expect(await readFile(docs('results.md'), 'utf8')).toBe(renderResults(await readResults(docs('results'))));
});
