import type { Landmarks, PixelImage } from '@mien/core';
import { CAMERA_DISTANCE, estimateCamera, type HeadCamera } from './camera.js';
import { LANDMARKS } from './reference-head.js';
import { FRONTAL_SIZE, referenceSurface } from './reference-surface.js';
import { sampleCubic } from './sample-cubic.js';
import { blendSides, countsOfSides, smoothCounts } from './sides.js';

/**
 * How far each of the 68 landmarks counts when the camera is estimated: the eyes and the nose, which hardly move with the expression, most;
 * the mouth and the jaw, without which nodding could not be told from a long face, little.
 */
const WEIGHTS = Array.from({ length: 68 }, (_, index) => {
  if (index < 17) return 0.1;
  if (index < 27) return 0.2;
  return index < 48 ? 1 : 0.1;
});

/** The camera that sees the reference head's landmarks where a face's were found. @param landmarks `ibug-68`. */
export function cameraOf({ points }: Landmarks): HeadCamera {
  return estimateCamera(LANDMARKS, points, WEIGHTS);
}

/**
 * The face as it would look from the front, 320 × 320; what lies outside it is black.
 *
 * Hassner, Harel, Paz & Enbar 2015, *Effective face frontalization in unconstrained images*: each point of one reference head is looked up
 * in the picture through the camera that the landmarks imply. Where many points fall on one pixel the face is turned away: when one half
 * of the picture has more of these than the other, by `symmetryThreshold`, what is seen of that half is blended with the mirror image of
 * the other, except across the eyes. Constants as in the authors' public code. The head is our own, a mean of generated ones.
 * @param landmarks `ibug-68`, in pixels of the picture.
 */
export function frontalise(image: PixelImage, landmarks: Landmarks, symmetryThreshold: number): PixelImage {
  const { map, places } = lookUp(cameraOf(landmarks), image);
  const raw = sampleCubic(image, map);
  const counts = smoothCounts(countsOfSides(places));
  return blendSides(raw, counts, image.channels, symmetryThreshold);
}

/** Where each pixel of the frontal picture comes from: x and y (NaN outside the face), and as one number the nearest pixel, −1 for none. */
function lookUp({ rotation: r, scale, x: startX, y: startY }: HeadCamera, { width, height }: PixelImage) {
  const { points } = referenceSurface();
  const size = FRONTAL_SIZE * FRONTAL_SIZE;
  const map = new Float32Array(2 * size);
  const places = new Int32Array(size).fill(-1);
  for (let pixel = 0; pixel < size; pixel++) {
    const px = points[3 * pixel];
    const py = points[3 * pixel + 1];
    const pz = points[3 * pixel + 2];
    const nearness = (scale * CAMERA_DISTANCE) / (CAMERA_DISTANCE - (r[6] * px + r[7] * py + r[8] * pz));
    const x = startX + (r[0] * px + r[1] * py + r[2] * pz) * nearness;
    const y = startY - (r[3] * px + r[4] * py + r[5] * pz) * nearness;
    map[2 * pixel] = x;
    map[2 * pixel + 1] = y;
    // NaN compares as false, so what is no face has no place.
    if (x >= 0 && y >= 0 && x < width && y < height) places[pixel] = Math.floor(y) * width + Math.floor(x);
  }
  return { map, places };
}
