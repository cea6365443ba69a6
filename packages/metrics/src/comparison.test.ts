import { InvalidDataError } from '@mien/core';
import { expect, test } from 'vitest';
import { type ComparedModel, compareModels } from './comparison.js';
import { renderComparison } from './report/comparison.js';

const labels = ['happy', 'sad', 'fear'];
const ids = Array.from({ length: 60 }, (_, row) => `${row}`);
/** Right but for each `every`-th sample, which it takes for the next class. */
const model = (name: string, every: number, changes: Partial<ComparedModel> = {}): ComparedModel => ({
  name,
  labels,
  ids,
  truth: ids.map((_, row) => row % 3),
  probabilities: ids.flatMap((_, row) => {
    const said = (row + (row % every === 0 ? 1 : 0)) % 3;
    return labels.map((_, index) => (index === said ? 0.8 : 0.1));
  }),
  ...changes,
});

test('each is measured by itself and tested against the first', () => {
  const { models, n, leftOut } = compareModels([model('a', 4), model('b', 20)]);
  expect([n, leftOut]).toEqual([60, 0]);
  expect(models.map(({ report }) => report.accuracy)).toEqual([0.75, 0.95]);
  expect(models[0].againstFirst).toBeUndefined();
  // 15 wrong in a; the 3 of b are among them.
  expect(models[1].againstFirst).toMatchObject({
    mcNemar: { onlyFirst: 0, onlySecond: 12, bothRight: 45, bothWrong: 3 },
  });
  expect(models[1].againstFirst?.difference).toBeCloseTo(0.2, 12);
  expect(models[1].againstFirst?.interval.low).toBeGreaterThan(0);
});

test('another order of samples and of classes is the same comparison; what is not shared is left out', () => {
  const other = model('b', 20);
  const order = [2, 0, 1];
  const rows = [...ids.keys()].reverse().slice(0, 50);
  const shuffled: ComparedModel = {
    name: 'b',
    labels: order.map((own) => labels[own]),
    ids: rows.map((row) => ids[row]),
    truth: rows.map((row) => order.indexOf(row % 3)),
    probabilities: rows.flatMap((row) => order.map((own) => (other.probabilities as number[])[row * 3 + own])),
  };
  const { models, n, leftOut } = compareModels([model('a', 4), shuffled]);
  expect([n, leftOut]).toEqual([50, 10]);
  const { models: plain } = compareModels([
    { ...model('a', 4) },
    {
      ...other,
      ids: ids.slice(10),
      truth: [...(other.truth as number[])].slice(10),
      probabilities: (other.probabilities as number[]).slice(30),
    },
  ]);
  expect(models.map(({ report }) => report)).toEqual(plain.map(({ report }) => report));
});

test('what cannot be compared is refused', () => {
  const cases: [ComparedModel[], RegExp][] = [
    [[model('a', 4)], /two models/],
    [[model('a', 4), model('b', 4, { labels: ['happy', 'sad', 'angry'] })], /angry in b/],
    [[model('a', 4), model('b', 4, { ids: ids.map((id) => `other ${id}`) })], /none that a and b share/],
    [[model('a', 4), model('b', 4, { truth: ids.map((_, row) => (row + 1) % 3) })], /happy in a and sad in b for 0/],
  ];
  for (const [models, message] of cases) {
    expect(() => compareModels(models)).toThrow(InvalidDataError);
    expect(() => compareModels(models)).toThrow(message);
  }
});

test('the page names the models, says which is better and whether that may be chance', () => {
  const html = renderComparison({
    title: 'Two',
    measuredOn: 'kdef · test',
    comparison: compareModels([model('<a>', 4), model('b', 20)]),
  });
  expect(html).toContain('&lt;a&gt;');
  expect(html).toMatch(/\+20\.0.*differs/s);
  expect(html).not.toMatch(/undefined|NaN|<script/);
});
