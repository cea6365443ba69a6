import { EMOTIONS, InvalidDataError } from '@mien/core';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { expect, test } from 'vitest';
import { accuracyInterval } from '../bootstrap.js';
import { evaluateCalibration } from '../calibration.js';
import { evaluateClassification } from '../classification.js';
import { evaluateByGroup } from '../groups.js';
import { evaluateRanking } from '../ranking.js';
import type { ReportInput } from './input.js';
import { renderReport } from './report.js';

const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const HOSTILE = `</style></pre><script>alert('x')</script><img src=x onerror="alert(1)">&amp;`;

const truth = Array.from({ length: 70 }, (_, index) => index % 7);
const predicted = truth.map((label, index) => (index % 3 === 0 ? (label + 1) % 7 : label));
const probabilities = predicted.flatMap((own) => EMOTIONS.map((_, index) => (index === own ? 0.7 : 0.05)));
const evaluation = (text: string): ReportInput['evaluations'][number] => ({
  dataset: text,
  split: text,
  obtained: 'held-out',
  remark: text,
  report: evaluateClassification({ labels: [text, ...EMOTIONS.slice(1)], truth, predicted }),
  accuracyInterval: accuracyInterval({ truth, predicted }),
  groups: {
    [text]: evaluateByGroup({
      labels: [text, ...EMOTIONS.slice(1)],
      truth,
      predicted,
      groups: truth.map((_, index) => (index % 2 === 0 ? text : undefined)),
    }),
  },
  topK: [{ k: 2, accuracy: 0.8 }],
  ranking: evaluateRanking({ labels: [text, ...EMOTIONS.slice(1)], truth, probabilities }),
  calibration: evaluateCalibration({ labels: [text, ...EMOTIONS.slice(1)], truth, probabilities }),
  temperature: { value: 1.5, expectedError: 0.02 },
  mistakes: [{ image: PIXEL, heatMap: PIXEL, truth: text, predicted: text, confidence: 0.9, id: text }],
});
const full = (text: string): ReportInput => ({
  title: text,
  summary: text,
  facts: { [text]: text },
  evaluations: [evaluation(text), evaluation(text)],
  training: { history: [{ epoch: 1, trainLoss: 1, trainAccuracy: 0.5 }], keptEpoch: 1, remark: text },
  configuration: text,
  environment: { [text]: text },
  commands: [{ command: text, explanation: text }],
});

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Parses as a browser does; every parse error counts. */
function parsePage(html: string): { elements: Element[]; text: string; errors: string[] } {
  const errors: string[] = [];
  const elements: Element[] = [];
  let text = '';
  const visit = (node: DefaultTreeAdapterTypes.Node) => {
    if ('attrs' in node) {
      elements.push({ name: node.nodeName, attributes: Object.fromEntries(node.attrs.map((a) => [a.name, a.value])) });
    }
    if ('value' in node) text += node.value;
    if ('childNodes' in node) node.childNodes.forEach(visit);
  };
  visit(parse(html, { onParseError: ({ code }) => errors.push(code) }));
  return { elements, text, errors };
}

test('a full report is valid HTML, has one h1, and its headings do not skip a level', () => {
  const { elements, errors, text } = parsePage(renderReport(full('plain')));
  expect(errors).toEqual([]);
  const levels = elements.filter(({ name }) => /^h[1-6]$/.test(name)).map(({ name }) => Number(name[1]));
  expect(levels.filter((level) => level === 1)).toHaveLength(1);
  expect(levels[0]).toBe(1);
  expect(text).toContain('Training report');
  expect(text).toContain('65.7%');
  expect(text).toContain('epoch 1 were kept. plain');
  expect(elements.every(({ name, attributes }) => name !== 'img' || attributes.alt)).toBe(true);
});

test('text from outside stays text: no element, attribute or script comes of it', () => {
  const plain = parsePage(renderReport(full('plain')));
  const hostile = parsePage(renderReport(full(HOSTILE)));
  expect(hostile.errors).toEqual([]);
  const shape = ({ elements }: typeof plain) =>
    // A long label is cut and turned, which adds an attribute; names of elements are the same.
    elements.map(({ name }) => name);
  expect(shape(hostile)).toEqual(shape(plain));
  expect(hostile.elements.some(({ name }) => name === 'script')).toBe(false);
  expect(
    hostile.elements.flatMap(({ attributes }) => Object.keys(attributes)).filter((n) => n.startsWith('on')),
  ).toEqual([]);
  expect(hostile.text).toContain(HOSTILE);
});

test('nothing is loaded from outside', () => {
  const html = renderReport(full('plain'));
  const { elements } = parsePage(html);
  const addresses = elements.flatMap(({ attributes }) => [attributes.src, attributes.href]).filter(Boolean);
  expect(addresses.every((address) => address.startsWith('data:image/'))).toBe(true);
  expect(elements.some(({ name }) => name === 'link' || name === 'script')).toBe(false);
  expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|@import/);
  expect(html).toContain("default-src 'none'");
});

test('an evaluation alone is enough; empty history draws nothing', () => {
  const [only] = full('plain').evaluations;
  const html = renderReport({
    title: 'Only',
    evaluations: [{ dataset: 'x', split: 'y', obtained: 'in-sample', report: only.report }],
    training: { history: [] },
  });
  const { text, errors } = parsePage(html);
  expect(errors).toEqual([]);
  expect(text).toContain('Evaluation report');
  expect(text).not.toMatch(/Overview|epoch|Configuration|undefined|NaN/);
});

test('of many groups the lowest and the highest are shown, with the gap and its interval', () => {
  const groups = truth.map((_, index) => `person ${String(index % 14).padStart(2, '0')}`);
  const labels = [...EMOTIONS];
  const byPerson = evaluateByGroup({ labels, truth, predicted, groups });
  const [only] = full('plain').evaluations;
  const html = renderReport({ title: 'People', evaluations: [{ ...only, groups: { person: byPerson } }] });
  const { text, errors } = parsePage(html);
  expect(errors).toEqual([]);
  expect(text).toMatch(/Of 14 the eight with the lowest accuracy and the four with the highest/);
  expect(text).toMatch(/interval of the gap/);
});

test('pictures by address and reports of nothing are refused', () => {
  const input = full('plain');
  const withImage = (image: string): ReportInput => ({
    ...input,
    evaluations: [{ ...input.evaluations[0], mistakes: [{ image, truth: 'a', predicted: 'b', id: 'row 3' }] }],
  });
  for (const image of ['https://example.org/a.png', 'a.png', 'data:text/html;base64,AAAA', `${PIXEL}" onload="x`]) {
    expect(() => renderReport(withImage(image))).toThrow(InvalidDataError);
    expect(() => renderReport(withImage(image))).toThrow(/row 3/);
  }
  expect(() => renderReport({ title: 'x', evaluations: [] })).toThrow(/at least one evaluation/);
});
