import type { ReadFace } from './protocol.js';
import { percent } from './wording.js';

/**
 * Draws each face's box with its number and label.
 * @param size of the picture that the boxes are in; the canvas lies over it, as large as it is shown. @param chosen is drawn stronger.
 */
export function drawBoxes(
  canvas: HTMLCanvasElement,
  size: { readonly width: number; readonly height: number },
  faces: readonly ReadFace[],
  chosen: number | undefined,
): void {
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const style = getComputedStyle(canvas);
  const pixels = window.devicePixelRatio;
  canvas.width = Math.round(canvas.clientWidth * pixels);
  canvas.height = Math.round(canvas.clientHeight * pixels);
  const scale = canvas.width / size.width;
  const height = 18 * pixels;
  context.font = `600 ${12.5 * pixels}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  for (const { id, box, label, confidence } of faces) {
    const colour = style.getPropertyValue(`--${label}`);
    const [x, y, width, tall] = [box.x, box.y, box.width, box.height].map((side) => side * scale);
    context.lineWidth = (faces.length > 1 && id === chosen ? 4 : 2) * pixels;
    context.strokeStyle = colour;
    context.beginPath();
    context.roundRect(x, y, width, tall, 6 * pixels);
    context.stroke();
    const text = `${id}  ${label} ${percent(confidence)}`;
    const wide = context.measureText(text).width + 12 * pixels;
    const left = Math.max(0, Math.min(x, canvas.width - wide));
    // Above the box, or inside it where there is no room above.
    const top = y >= height + 2 * pixels ? y - height - 2 * pixels : Math.max(0, y) + 2 * pixels;
    context.fillStyle = colour;
    context.beginPath();
    context.roundRect(left, top, wide, height, 4 * pixels);
    context.fill();
    context.fillStyle = style.getPropertyValue('--on-emotion');
    context.fillText(text, left + 6 * pixels, top + height / 2);
  }
}
