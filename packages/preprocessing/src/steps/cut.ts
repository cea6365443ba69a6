import type { Box, Landmarks, PixelImage } from '@mien/core';
import { invertSimilarity, type Similarity, transformPoint } from '@mien/faces';
import { cropReplicated, type SquareWindow } from '../crop.js';
import type { Picture } from './step.js';

/** A square cut out of a picture, box and landmarks brought along. */
export function cutSquare(picture: Picture, { left, top, size }: SquareWindow): Picture {
  return {
    ...movePoints(picture, ([x, y]) => [x - left, y - top]),
    image: cropReplicated(picture.image, left, top, size, size),
  };
}

/**
 * A picture of `width` × `height` filled from another: `toSource` says for each of its points where to look. Bilinear; beyond the edge the
 * nearest pixel is repeated. Points lie between pixels: the middle of the first one is (½, ½).
 */
export function cutTurned(picture: Picture, toSource: Similarity, width: number, height: number): Picture {
  const back = invertSimilarity(toSource);
  return {
    ...movePoints(picture, (point) => transformPoint(back, point)),
    image: sampleBilinear(picture.image, toSource, width, height),
  };
}

/** Box and landmarks after a move without scaling: the box keeps its size and stays upright round its moved middle. */
function movePoints(
  { box, landmarks }: Picture,
  move: (point: readonly [number, number]) => [number, number],
): { readonly box?: Box; readonly landmarks?: Landmarks } {
  return { ...(box && { box: moveBox(box, move) }), ...(landmarks && { landmarks: moveLandmarks(landmarks, move) }) };
}

function moveBox({ x, y, width, height }: Box, move: (point: readonly [number, number]) => [number, number]): Box {
  const [middleX, middleY] = move([x + width / 2, y + height / 2]);
  return { x: middleX - width / 2, y: middleY - height / 2, width, height };
}

export function moveLandmarks(
  { scheme, points }: Landmarks,
  move: (point: readonly [number, number]) => [number, number],
): Landmarks {
  return { scheme, points: points.map(move) };
}

function sampleBilinear(
  { width: sourceWidth, height: sourceHeight, channels, data }: PixelImage,
  { a, b, x: startX, y: startY }: Similarity,
  width: number,
  height: number,
): PixelImage {
  const sampled = new Uint8Array(width * height * channels);
  const stride = sourceWidth * channels;
  for (let row = 0, to = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = clamp(a * (column + 0.5) - b * (row + 0.5) + startX - 0.5, sourceWidth - 1);
      const y = clamp(b * (column + 0.5) + a * (row + 0.5) + startY - 0.5, sourceHeight - 1);
      const left = x | 0;
      const top = y | 0;
      const right = left + 1 < sourceWidth ? channels : 0;
      const below = top + 1 < sourceHeight ? stride : 0;
      const across = x - left;
      const down = y - top;
      let at = top * stride + left * channels;
      for (let channel = 0; channel < channels; channel++, at++, to++) {
        const above = data[at] + (data[at + right] - data[at]) * across;
        const under = data[at + below] + (data[at + below + right] - data[at + below]) * across;
        sampled[to] = (above + (under - above) * down + 0.5) | 0;
      }
    }
  }
  return { width, height, channels, data: sampled };
}

function clamp(value: number, most: number): number {
  return value < 0 ? 0 : Math.min(value, most);
}
