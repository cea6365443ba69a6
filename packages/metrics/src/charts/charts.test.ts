import { EMOTIONS, InvalidDataError } from '@mien/core';
import fc from 'fast-check';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { describe, expect, test } from 'vitest';
import { evaluateCalibration } from '../calibration.js';
import { evaluateClassification } from '../classification.js';
import { evaluateByGroup } from '../groups.js';
import { evaluateRanking } from '../ranking.js';
import { renderClasses } from './classes.js';
import { renderConfusion } from './confusion.js';
import { type HistoryEntry, renderCurve } from './curves.js';
import { renderGroups } from './groups.js';
import { renderRanking } from './ranking.js';
import { renderReliability } from './reliability.js';
import { DARK, LIGHT, type Palette } from './theme.js';

/** Every element with its attributes and direct text; throws where the document is not well-formed. */
function elements(svg: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const found: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const open: typeof found = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }: SaxesTagPlain) => {
    open.push({ name, attributes, text: '' });
    found.push(open.at(-1)!);
  });
  parser.on('text', (text) => {
    if (open.length > 0) open.at(-1)!.text += text;
  });
  parser.on('closetag', () => open.pop());
  parser.write(svg).close();
  return found;
}

const texts = (svg: string) => elements(svg).flatMap(({ name, text }) => (name === 'text' ? [text] : []));

const report = evaluateClassification({ labels: ['happy', 'sad'], truth: [0, 0, 0, 0, 1], predicted: [0, 0, 0, 1, 0] });
const entry = (epoch: number, value: number): HistoryEntry => ({
  epoch,
  trainLoss: 2 - value,
  trainAccuracy: value,
  validationLoss: 2.1 - value,
  validationAccuracy: value - 0.05,
  learningRate: 0.001,
  seconds: 70,
});

test('the confusion matrix shows counts and shares of the row, and names every cell', () => {
  const svg = renderConfusion(report, { title: 'A <b> & "c"' });
  const found = elements(svg);
  expect(found[0].attributes).toMatchObject({ role: 'img', 'aria-label': 'A <b> & "c"' });
  expect(texts(svg)).toEqual(expect.arrayContaining(['3', '75%', '1', '25%', '100%', '0', 'happy', 'sad', '4']));
  expect(found.filter(({ name }) => name === 'title').map(({ text }) => text)).toEqual([
    'happy, taken for happy: 3 of 4',
    'happy, taken for sad: 1 of 4',
    'sad, taken for happy: 1 of 1',
    'sad, taken for sad: 0 of 1',
  ]);
  expect(found.find(({ name }) => name === 'desc')?.text).toMatch(/happy: 75 per cent of 4 right/);
});

test('the bars are as long as F1', () => {
  const bars = elements(renderClasses(report)).filter(({ name }) => name === 'rect');
  const width = (colour: string) =>
    bars
      .filter(({ attributes }) => attributes.class === colour && attributes.height === '16')
      .map((b) => +b.attributes.width);
  expect(width('hit')[0] / width('track')[0]).toBeCloseTo(0.75, 2);
  expect(width('hit')[1]).toBe(0);
});

describe('curves', () => {
  test('name the kept epoch and the last values; each epoch has a tooltip', () => {
    const svg = renderCurve([entry(1, 0.3), entry(2, 0.5), entry(3, 0.45)], { quantity: 'accuracy', keptEpoch: 2 });
    expect(texts(svg)).toEqual(expect.arrayContaining(['kept: epoch 2, 45.0%', '45.0%', '40.0%', 'training']));
    const tooltips = elements(svg).filter(({ name }) => name === 'title');
    expect(tooltips[1].text).toBe(
      'epoch 2\ntraining: loss 1.500, accuracy 50.0%\nvalidation: loss 1.600, accuracy 45.0%\nlearning rate 0.001\n1 min 10 s',
    );
  });

  test('any history with a finite value gives a well-formed document without NaN', () => {
    const figure = fc.oneof(fc.double(), fc.constant(Number.NaN), fc.double({ min: 0, max: 1 }));
    const line = fc.record({ trainLoss: figure, trainAccuracy: figure, validationLoss: fc.option(figure) });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.nat(31), (lines, keptEpoch) => {
        const history = [entry(1, 0.5), ...lines.map((values, index) => ({ epoch: index + 2, ...values }))];
        for (const quantity of ['loss', 'accuracy'] as const) {
          const svg = renderCurve(history, { quantity, keptEpoch });
          for (const { name, attributes } of elements(svg)) {
            if (name !== 'svg') expect(Object.values(attributes).join(' ')).not.toMatch(/NaN|undefined/);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a value past what an axis can hold is a gap', () => {
    const ends = [entry(1, 0.5), { ...entry(2, 0.5), trainLoss: -Number.MAX_VALUE }, entry(3, 0.4)];
    const svg = renderCurve([...ends, { ...entry(4, 0.5), trainLoss: Number.MAX_VALUE }], { quantity: 'loss' });
    expect(svg).not.toMatch(/NaN/);
  });

  test('a value that is not finite is a gap, and nothing finite is an error', () => {
    const broken = { ...entry(2, 0.5), trainLoss: Number.NaN };
    const svg = renderCurve([entry(1, 0.4), broken, entry(3, 0.6)], { quantity: 'loss' });
    const paths = elements(svg).filter(
      ({ attributes }) => attributes.class === 'line line-second' && attributes.d.includes('Z'),
    );
    expect(paths).toHaveLength(1);
    expect(() => renderCurve([], { quantity: 'loss' })).toThrow(InvalidDataError);
    expect(() => renderCurve([{ epoch: 1, trainLoss: Number.NaN, trainAccuracy: 0.2 }], { quantity: 'loss' })).toThrow(
      /1 epochs without one/,
    );
  });
});

test('charts of any labels and sizes are well-formed and stay inside their frame', () => {
  const label = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' });
  fc.assert(
    fc.property(
      fc.uniqueArray(label, { minLength: 1, maxLength: 14 }),
      fc.infiniteStream(fc.nat(13)),
      (labels, stream) => {
        const draw = () => stream.next().value % labels.length;
        const truth = Array.from({ length: 40 }, draw);
        const predicted = Array.from({ length: 40 }, draw);
        const ours = evaluateClassification({ labels, truth, predicted });
        const grouped = evaluateByGroup({
          labels,
          truth,
          predicted,
          groups: truth.map((_, index) => labels[index % labels.length]),
          interval: { resamples: 20 },
        })!;
        for (const svg of [renderConfusion(ours), renderClasses(ours), renderGroups(grouped)]) {
          const [root, ...rest] = elements(svg);
          for (const { attributes } of rest) {
            expect(+(attributes.x ?? 0) + +(attributes.width ?? 0)).toBeLessThanOrEqual(+root.attributes.width);
            expect(+(attributes.y ?? 0) + +(attributes.height ?? 0)).toBeLessThanOrEqual(+root.attributes.height);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('seven emotions stand upright above their columns', () => {
  const seven = evaluateClassification({ labels: EMOTIONS, truth: [0], predicted: [0] });
  expect(renderConfusion(seven)).not.toContain('rotate');
});

/** WCAG 2.2 contrast of two colours given as #rrggbb. */
function contrast(a: number[], b: number[]): number {
  const luminance = (colour: number[]) => {
    const [r, g, blue] = colour.map((byte) => {
      const share = byte / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('the %s palette', (_, palette: Palette) => {
  const bytes = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const mix = (colour: string, share: number) =>
    bytes(colour).map((byte, index) => share * byte + (1 - share) * bytes(palette.surface)[index]);

  test('text has a contrast of at least 4.5 on its ground, in cells of every share too, and lines of 3', () => {
    expect(contrast(bytes(palette.muted), bytes(palette.surface))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(bytes(palette.muted), mix(palette.grid, 0.4))).toBeGreaterThanOrEqual(4.5);
    for (let share = 0; share <= 1; share += 0.05) {
      expect(contrast(bytes(palette.ink), mix(palette.hit, share))).toBeGreaterThanOrEqual(4.5);
      expect(contrast(bytes(palette.ink), mix(palette.miss, share))).toBeGreaterThanOrEqual(4.5);
    }
    for (const line of [palette.accent, palette.second]) {
      expect(contrast(bytes(line), bytes(palette.surface))).toBeGreaterThanOrEqual(3);
    }
  });
});

test('auto carries both palettes, light and dark only their own', () => {
  expect(renderClasses(report)).toMatch(/prefers-color-scheme:dark/);
  expect(renderClasses(report, { theme: 'light' })).not.toContain(DARK.surface);
  expect(renderClasses(report, { theme: 'dark' })).not.toContain('prefers-color-scheme');
  expect(renderClasses(report, { theme: 'dark' })).not.toContain(LIGHT.ink);
});

const probable = {
  labels: ['happy', 'sad', 'fear'],
  truth: [0, 0, 1, 1, 0],
  probabilities: [0.9, 0.1, 0, 0.6, 0.4, 0, 0.3, 0.7, 0, 0.8, 0.2, 0, 0.95, 0.05, 0],
};

test('the reliability diagram has a bar for each bin with samples, as high as the share that is right', () => {
  const svg = renderReliability(evaluateCalibration(probable, { bins: 5 }));
  const names = elements(svg).filter(({ name }) => name === 'title');
  expect(names.map(({ text }) => text)).toEqual([
    'confidence 40% to 60%: mean 60.0%, right 100.0%, 1 samples',
    'confidence 60% to 80%: mean 75.0%, right 50.0%, 2 samples',
    'confidence 80% to 100%: mean 92.5%, right 100.0%, 2 samples',
  ]);
  const [, half] = elements(svg).filter(
    ({ name, attributes }) => name === 'rect' && attributes.class === 'accent' && Number(attributes.width) > 20,
  );
  expect(Number(half.attributes.height)).toBeCloseTo((360 - 50 - 72) / 2, 0);
});

test('each class has its curve and the area under it; one without samples says so', () => {
  const { perClass } = evaluateRanking(probable);
  for (const curve of ['roc', 'precisionRecall'] as const) {
    const svg = renderRanking(perClass, { curve });
    const found = elements(svg);
    expect(
      found.filter(({ name, attributes }) => name === 'path' && attributes.class === 'line line-accent'),
    ).toHaveLength(3);
    expect(texts(svg)).toEqual(expect.arrayContaining(['happy', 'sad', 'fear', '—']));
    expect(svg).not.toMatch(/NaN|undefined/);
  }
  expect(texts(renderRanking(perClass, { curve: 'roc' }))).toContain('0.833');
});
