import type { PictureResult } from './read-pictures.js';

/** One picture's faces as lines for a terminal: each with its box, its label, and all probabilities in per cent. */
export function formatPicture(result: PictureResult): string {
  if ('error' in result) return `${result.file}: ${result.error.message}\n`;
  if (result.faces.length === 0) return `${result.file}: no face\n`;
  const lines = result.faces.map(({ box, label, confidence, probabilities }, index) => {
    const { x, y, width, height } = box;
    const place = `${Math.round(width)}×${Math.round(height)} at ${Math.round(x)},${Math.round(y)}`;
    const all = Object.entries(probabilities).map(([name, value]) => `${name} ${(100 * value).toFixed(0)}`);
    return `  ${index + 1}  ${label.padEnd(9)} ${`${(100 * confidence).toFixed(0)} %`.padStart(5)}  ${place.padEnd(20)}  ${all.join('  ')}\n`;
  });
  return `${result.file}: ${result.faces.length === 1 ? '1 face' : `${result.faces.length} faces`}\n${lines.join('')}`;
}
