import type { Emotion } from '@mien/core';
import type { Moment } from './history.js';

/** A gap longer than this, in seconds, is left empty. */
const LONGEST_GAP = 1;

/** Draws the shares of the emotions over the last seconds, one upon the other, the newest at the right. */
export function drawTimeline(
  canvas: HTMLCanvasElement,
  labels: readonly Emotion[],
  moments: readonly Moment[],
  seconds: number,
): void {
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const style = getComputedStyle(canvas);
  canvas.width = Math.round(canvas.clientWidth * window.devicePixelRatio);
  canvas.height = Math.round(canvas.clientHeight * window.devicePixelRatio);
  const last = moments.at(-1);
  if (!last) return;
  const x = (time: number) => canvas.width * (1 - (last.time - time) / seconds);
  const floors = new Float64Array(moments.length);
  for (const label of labels) {
    const tops = floors.map((floor, index) => floor + (moments[index].probabilities[label] ?? 0));
    context.fillStyle = style.getPropertyValue(`--${label}`);
    for (const [from, to] of unbroken(moments)) {
      context.beginPath();
      for (let at = from; at < to; at++) context.lineTo(x(moments[at].time), canvas.height * (1 - tops[at]));
      for (let at = to - 1; at >= from; at--) context.lineTo(x(moments[at].time), canvas.height * (1 - floors[at]));
      context.fill();
    }
    floors.set(tops);
  }
}

/** The stretches without a gap: from, to (not in it). */
export function unbroken(moments: readonly Pick<Moment, 'time'>[]): [number, number][] {
  const stretches: [number, number][] = [];
  for (const [index, { time }] of moments.entries()) {
    const current = stretches.at(-1);
    if (current && time - moments[index - 1].time <= LONGEST_GAP) current[1] = index + 1;
    else stretches.push([index, index + 1]);
  }
  return stretches;
}
