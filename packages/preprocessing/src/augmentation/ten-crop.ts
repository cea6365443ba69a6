import { inverseMap } from './affine-map.js';
import type { AugmentShape } from './augment-shape.js';
import { warpInto } from './warp.js';

/** Crops a picture: the four corners and the middle, each plain and mirrored. */
export const TEN_CROPS = 10;

/** Where the crops lie, in shares of the room that is left: top left, top right, bottom left, bottom right, middle. */
const PLACES: readonly (readonly [x: number, y: number])[] = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
  [0.5, 0.5],
];

/**
 * Ten-crop evaluation (Krizhevsky et al. 2012, section 4.1): writes the five crops, then their mirror images, each enlarged to the
 * picture's own size (bilinear), so that the network that was trained on whole pictures takes them.
 * @param target 10 × H × W × C floats from `targetOffset` on; @param source H × W × C bytes from `sourceOffset` on.
 * @param share side of a crop in sides of the picture, above 0 and at most 1; Krizhevsky's 224 of 256 is .875.
 * @param range what 0 and 255 become.
 */
export function tenCropInto(
  target: Float32Array,
  targetOffset: number,
  source: Uint8Array,
  sourceOffset: number,
  shape: AugmentShape,
  share: number,
  [low, high]: readonly [number, number],
): void {
  const { width, height, channels } = shape;
  const roomX = (width - 1) * (1 - share);
  const roomY = (height - 1) * (1 - share);
  for (let crop = 0; crop < TEN_CROPS; crop++) {
    const [x, y] = PLACES[crop % PLACES.length];
    const flip = crop >= PLACES.length;
    const identity = inverseMap(width, height, {
      flip: false,
      shearX: 0,
      shearY: 0,
      angle: 0,
      zoomX: 1 / share,
      zoomY: 1 / share,
      shiftX: 0,
      shiftY: 0,
    });
    // From the middle to its place; a mirrored crop is the crop read from right to left.
    const x0 = identity.x0 + (x - 0.5) * roomX;
    const map = {
      ...identity,
      xx: flip ? -identity.xx : identity.xx,
      x0: flip ? x0 + identity.xx * (width - 1) : x0,
      y0: identity.y0 + (y - 0.5) * roomY,
    };
    const to = targetOffset + crop * width * height * channels;
    warpInto(target, to, source, sourceOffset, shape, map, (high - low) / 255, low);
  }
}

/**
 * The mean answer over a picture's crops.
 * @param probabilities `[n × crops, classes]`, a picture's crops one after the other; @returns `[n, classes]`.
 */
export function averageCrops(probabilities: Float32Array, classes: number, crops = TEN_CROPS): Float32Array {
  const means = new Float32Array(probabilities.length / crops);
  for (let at = 0; at < means.length; at++) {
    const first = Math.floor(at / classes) * crops * classes + (at % classes);
    let sum = 0;
    for (let crop = 0; crop < crops; crop++) sum += probabilities[first + crop * classes];
    means[at] = sum / crops;
  }
  return means;
}
