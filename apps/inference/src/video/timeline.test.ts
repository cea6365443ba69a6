import { EMOTIONS, toPrediction } from '@mien/core';
import { expect, test } from 'vitest';
import { Timeline } from './timeline.js';
import { renderTimelinePage, renderTimelineSvg } from './timeline-page.js';

const face = (id: number, ...probabilities: number[]) => ({ id, ...toPrediction(EMOTIONS.slice(0, 2), probabilities) });

test('a face has its times, its means, and its stretches in order', () => {
  const timeline = new Timeline(EMOTIONS.slice(0, 2));
  timeline.add(0, [face(1, 1, 0)]);
  timeline.add(0.02, [face(1, 0.5, 0.5), face(2, 0, 1)]);
  timeline.add(1, [face(1, 0, 1)]);
  timeline.add(2, []);
  const [first, second] = timeline.faces();
  expect(first).toMatchObject({ id: 1, first: 0, last: 1, frames: 3, label: EMOTIONS[0], means: [0.5, 0.5] });
  expect(first.stretches.map(({ means }) => means)).toEqual([
    [0.75, 0.25],
    [0, 1],
  ]);
  expect(second).toMatchObject({ id: 2, first: 0.02, last: 0.02, frames: 1, label: EMOTIONS[1] });
  expect(timeline.seconds).toBe(2);
});

test('an hour takes no more than some hundred stretches and faces, and loses no frame of those it keeps', () => {
  const timeline = new Timeline(EMOTIONS.slice(0, 2));
  const frames = 3600 * 25;
  for (let frame = 0; frame < frames; frame++) {
    const share = frame / frames;
    timeline.add(frame / 25, [face(1, share, 1 - share), face(1000 + Math.floor(frame / 100), 0, 1)]);
  }
  const faces = timeline.faces();
  expect(faces).toHaveLength(100);
  expect(timeline.leftOut).toBe(900 + 1 - 100);
  const [{ stretches, means, frames: seen }] = faces;
  expect(seen).toBe(frames);
  expect(means[0]).toBeCloseTo(0.5, 4);
  expect(stretches.length).toBeGreaterThan(250);
  expect(stretches.length).toBeLessThanOrEqual(600);
  for (const { from, to, means: part } of stretches)
    expect(part[0]).toBeCloseTo((from + Math.min(to, 3600)) / 2 / 3600, 3);
});

test('the page names each face and nothing of it is markup; the picture is one SVG with a row a face', () => {
  const timeline = new Timeline(EMOTIONS.slice(0, 2));
  timeline.add(0, [face(1, 1, 0)]);
  timeline.add(75.25, [face(7, 0, 1)]);
  const page = renderTimelinePage(timeline, '<script>.mp4');
  expect(page).toContain('<h1>&#60;script&#62;.mp4</h1>');
  expect(page).not.toContain('<script>');
  expect(page).toContain('<td>7</td><td>1:15.3</td>');
  const svg = renderTimelineSvg(timeline);
  expect(svg.match(/<title>face \d/g)).toHaveLength(2);
  expect(svg).toContain('<title>face 7, 1:15.3 to 1:15.3, mostly disgust</title>');
});

test('a video without a face has an empty timeline', () => {
  const timeline = new Timeline(EMOTIONS);
  expect(renderTimelineSvg(timeline)).toMatch(/^<svg .*<\/svg>$/);
});
