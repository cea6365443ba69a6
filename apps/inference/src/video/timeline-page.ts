import type { Emotion } from '@mien/core';
import type { Timeline, TimelineFace } from './timeline.js';

/** Okabe and Ito's colours, which people with any colour vision tell apart; neutral is grey. */
const COLOURS: Readonly<Record<Emotion, string>> = {
  angry: '#d55e00',
  disgust: '#009e73',
  fear: '#cc79a7',
  happy: '#f0e442',
  sad: '#0072b2',
  surprise: '#56b4e9',
  neutral: '#999999',
  contempt: '#e69f00',
};

const WIDTH = 1000;
const LEFT = 70;
const ROW = 60;
const GAP = 14;
const TOP = 34;
const STYLE =
  'svg{font:12px sans-serif}text{fill:#222}.frame{fill:#f4f4f4}' +
  '@media(prefers-color-scheme:dark){text{fill:#ddd}.frame{fill:#2a2a2a}}';

/** A timeline as one SVG: a row a face, in it each stretch as a bar of the mean probabilities, one above the other. */
export function renderTimelineSvg(timeline: Timeline): string {
  const faces = timeline.faces();
  const seconds = Math.max(timeline.seconds, 0.1);
  const height = TOP + faces.length * (ROW + GAP) + 24;
  const x = (time: number) => LEFT + (Math.min(time, seconds) / seconds) * (WIDTH - LEFT - 10);
  const rows = faces.map((face, row) => renderRow(face, TOP + row * (ROW + GAP), timeline.labels, x));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Expressions over time">` +
    `<style>${STYLE}</style>${renderLegend(timeline.labels)}${rows.join('')}${renderAxis(seconds, height - 8, x)}</svg>`
  );
}

/** A page with the timeline and a table of its faces; it loads nothing. */
export function renderTimelinePage(timeline: Timeline, title: string): string {
  const rows = timeline.faces().map(({ id, first, last, frames, label, means }) => {
    const cells = [id, clock(first), clock(last), frames, label, ...means.map((mean) => mean.toFixed(2))];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  const head = ['face', 'first seen', 'last seen', 'frames', 'mostly', ...timeline.labels];
  const leftOut =
    timeline.leftOut > 0 ? `<p>${timeline.leftOut} more faces were seen in fewer frames and are left out.</p>` : '';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeText(title)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 14px sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em; }
table { border-collapse: collapse; }
th, td { padding: 0.2em 0.7em; text-align: right; border-bottom: 1px solid #8884; }
</style>
<h1>${escapeText(title)}</h1>
<p>${clock(timeline.seconds)}, ${rows.length} ${rows.length === 1 ? 'face' : 'faces'}. What a face shows is not what a person feels.</p>
${renderTimelineSvg(timeline)}
<table>
<thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>
${leftOut}
</html>
`;
}

function renderRow(face: TimelineFace, top: number, labels: readonly Emotion[], x: (time: number) => number): string {
  const bars = face.stretches.flatMap(({ from, to, means }) => {
    let y = top + ROW;
    return means.map((mean, index) => {
      const height = mean * ROW;
      y -= height;
      if (height < 0.05) return '';
      const place = `x="${x(from).toFixed(1)}" y="${y.toFixed(1)}" width="${Math.max(0.5, x(to) - x(from)).toFixed(1)}"`;
      return `<rect ${place} height="${height.toFixed(1)}" fill="${COLOURS[labels[index]]}"/>`;
    });
  });
  const summary = `face ${face.id}, ${clock(face.first)} to ${clock(face.last)}, mostly ${face.label}`;
  return (
    `<g><title>${summary}</title><text x="0" y="${top + ROW / 2}">face ${face.id}</text>` +
    `<rect class="frame" x="${LEFT}" y="${top}" width="${WIDTH - LEFT - 10}" height="${ROW}"/>${bars.join('')}</g>`
  );
}

function renderLegend(labels: readonly Emotion[]): string {
  return labels
    .map((label, index) => {
      const x = LEFT + index * 110;
      return `<rect x="${x}" y="4" width="12" height="12" fill="${COLOURS[label]}"/><text x="${x + 18}" y="14">${label}</text>`;
    })
    .join('');
}

function renderAxis(seconds: number, y: number, x: (time: number) => number): string {
  const marks = [0, 0.25, 0.5, 0.75, 1].map((share) => share * seconds);
  return marks
    .map((time, index) => {
      const anchor = index === 0 ? 'start' : index === 4 ? 'end' : 'middle';
      return `<text x="${x(time).toFixed(1)}" y="${y}" text-anchor="${anchor}">${clock(time)}</text>`;
    })
    .join('');
}

/** `1:02:03.4` */
function clock(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const [hours, minutes] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60];
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}
