import type { Box, Face, PixelImage } from '@mien/core';
import { checkImage } from '../check-image.js';
import type { FaceDetector } from '../face-detector.js';
import { suppressOverlaps } from '../non-maximum-suppression.js';
import { parseOptions } from '../parse-options.js';
import type { FaceResources } from '../resources.js';
import { type LoadedCascade, loadCascade } from './cascade-store.js';
import { detectMultiScale } from './detect-multi-scale.js';
import { detectWithOpenCv } from './detect-with-opencv.js';
import type { Hit } from './group-rectangles.js';
import { startHaarKernel } from './haar-kernel.js';
import { type HaarOptions, type HaarOptionsInput, type HaarPass, haarOptionsSchema } from './haar-options.js';
import { loadOpenCv, type OpenCv, type OpenCvMat, type OpenCvObject, withOpenCv } from './opencv.js';

/**
 * A Viola–Jones detector: Haar cascades in OpenCV.js, in one or several passes. A face's `score` is by how much the sum of the
 * cascade's last stage passes that stage's threshold; faces of earlier passes come first.
 * @throws {InvalidConfigurationError} for options that do not fit {@link haarOptionsSchema}.
 */
export async function createHaarDetector(
  options: HaarOptionsInput = {},
  resources: FaceResources = {},
): Promise<FaceDetector> {
  const parsed = parseOptions(haarOptionsSchema, options, 'the Haar detector', 'haarOptionsSchema');
  const { cv } = await loadOpenCv(resources);
  let disposed = false;
  return {
    async detect(image, { bestOnly = false } = {}) {
      if (disposed) throw new Error('this Haar detector was disposed of');
      checkImage(image);
      return detectWith(cv, parsed, resources, image, bestOnly);
    },
    dispose() {
      disposed = true;
    },
  };
}

async function detectWith(
  cv: OpenCv,
  options: HaarOptions,
  resources: FaceResources,
  image: PixelImage,
  bestOnly: boolean,
): Promise<Face[]> {
  const faces: Face[] = [];
  for (const pass of options.passes) {
    // Faces of earlier passes stand first, so later passes cannot change which is best.
    if (faces.length > 0 && (bestOnly || pass.when === 'nothing-found')) continue;
    const found = runPass(cv, await loadCascade(cv, pass.cascade, resources), pass, options.searchSize, image);
    faces.push(...found.sort((a, b) => b.score - a.score));
  }
  const separate = suppressOverlaps(faces, options.overlap);
  return bestOnly ? separate.slice(0, 1) : separate;
}

function runPass(cv: OpenCv, loaded: LoadedCascade, pass: HaarPass, searchSize: number, image: PixelImage): Face[] {
  return withOpenCv(cv, (keep) => {
    const scale = Math.min(1, searchSize / Math.max(image.width, image.height));
    const picture = prepare(cv, keep, image, scale, pass);
    const shorter = Math.min(image.width, image.height) * scale;
    const { minScore, padding } = pass;
    return search(cv, keep, loaded, picture, pass, shorter)
      .map(({ box, weight }) => ({ box: toPicture(box, padding, scale), score: weight - loaded.threshold }))
      .filter(({ score }) => score >= minScore);
  });
}

/** The cascade's hits, in pixels of the picture searched. */
function search(
  cv: OpenCv,
  keep: <Kept extends OpenCvObject>(object: Kept) => Kept,
  { cascade, data, stages }: LoadedCascade,
  picture: OpenCvMat,
  { scaleFactor, minNeighbours, minSize, maxSize }: HaarPass,
  shorter: number,
): Hit[] {
  const minSide = Math.round(minSize * shorter);
  const maxSide = Math.round(maxSize * shorter);
  const options = { scaleFactor, minNeighbours, minSide, maxSide };
  const kernel = startHaarKernel();
  return kernel && data
    ? detectMultiScale(cv, kernel, data, picture, options)
    : detectWithOpenCv(cv, keep, cascade, stages, picture, options);
}

/** The picture as the cascade searches it: grey, not above the search size, equalised and bordered if asked. */
function prepare(
  cv: OpenCv,
  keep: (mat: OpenCvMat) => OpenCvMat,
  { width, height, channels, data }: PixelImage,
  scale: number,
  { equalise, padding }: HaarPass,
): OpenCvMat {
  let picture = keep(new cv.Mat(height, width, channels === 1 ? cv.CV_8UC1 : cv.CV_8UC3));
  picture.data.set(data);
  const next = (work: (source: OpenCvMat, target: OpenCvMat) => void) => {
    const target = keep(new cv.Mat());
    work(picture, target);
    picture = target;
  };
  if (channels === 3) next((source, target) => cv.cvtColor(source, target, cv.COLOR_RGB2GRAY));
  if (scale < 1) {
    const size = new cv.Size(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
    next((source, target) => cv.resize(source, target, size, 0, 0, cv.INTER_AREA));
  }
  if (equalise) next((source, target) => cv.equalizeHist(source, target));
  if (padding > 0) {
    next((source, target) =>
      cv.copyMakeBorder(source, target, padding, padding, padding, padding, cv.BORDER_REPLICATE, new cv.Scalar()),
    );
  }
  return picture;
}

function toPicture({ x, y, width, height }: Box, padding: number, scale: number): Box {
  return { x: (x - padding) / scale, y: (y - padding) / scale, width: width / scale, height: height / scale };
}
