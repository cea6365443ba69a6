import type { Face, PixelImage } from '@mien/core';
import { checkImage } from '../check-image.js';
import type { FaceDetector } from '../face-detector.js';
import type { LandmarkDetector } from '../landmarks/landmark-detector.js';
import { createLandmarkDetector } from '../landmarks/mesh-landmark-detector.js';
import { overlapOfSmaller } from '../non-maximum-suppression.js';
import { type OnnxModel, type OnnxOutput, openModel } from '../onnx-model.js';
import { parseOptions } from '../parse-options.js';
import type { FaceResources } from '../resources.js';
import { type Candidate, decodeHead } from './blazeface.js';
import { blendCandidates } from './blend-candidates.js';
import { CNN_STRIDE, type CnnOptions, type CnnOptionsInput, cnnOptionsSchema } from './cnn-options.js';
import { fitPicture } from './fit-picture.js';

/** The most of the smaller of two faces, found at different sizes, that may lie in the other. */
const MOST_SHARED = 0.5;

/** From this score on a face needs no second look. */
const SURE_SCORE = 0.8;

/**
 * A convolutional detector: BlazeFace on ONNX Runtime. A face's `score` is its probability; its `landmarks` are BlazeFace's six points.
 * Boxes are square and tighter than a Haar cascade's: from the brows to below the mouth.
 * @throws {InvalidConfigurationError} for options that do not fit {@link cnnOptionsSchema}; @throws {EngineUnavailableError} without ONNX
 * Runtime; @throws {MissingInputError} when the network's file is not there.
 */
export async function createCnnDetector(
  options: Omit<CnnOptionsInput, 'type'> = {},
  resources: FaceResources = {},
): Promise<FaceDetector> {
  const parsed = parseOptions(cnnOptionsSchema, { ...options, type: 'cnn' }, 'the CNN detector', 'cnnOptionsSchema');
  const model = await openModel(parsed.network, resources);
  // Only pictures with doubtful faces need the mesh.
  let mesh: Promise<LandmarkDetector> | undefined;
  const presenceOf = async (image: PixelImage, face: Face) => {
    mesh ??= createLandmarkDetector(resources);
    return (await (await mesh).locate(image, face)).presence;
  };
  let disposed = false;
  return {
    async detect(image, { bestOnly = false } = {}) {
      if (disposed) throw new Error('this CNN detector was disposed of');
      checkImage(image);
      return detectWith(model, presenceOf, parsed, image, bestOnly);
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      void model.release();
      // A start that failed has told its caller.
      mesh?.then((started) => started.dispose()).catch(() => undefined);
    },
  };
}

async function detectWith(
  model: OnnxModel,
  presenceOf: (image: PixelImage, face: Face) => Promise<number>,
  options: CnnOptions,
  image: PixelImage,
  bestOnly: boolean,
): Promise<Face[]> {
  const faces: Face[] = [];
  for (const size of options.inputSizes) {
    for (const face of blendCandidates(await search(model, options, image, size), options.overlap)) {
      // Searched at a larger size, parts of a face look like one: what lies in a face that is known already is none.
      if (faces.some((known) => overlapOfSmaller(known.box, face.box) > MOST_SHARED)) continue;
      const { score } = face;
      if (score >= SURE_SCORE || options.minPresence === 0 || (await presenceOf(image, face)) >= options.minPresence) {
        faces.push(face);
        if (bestOnly) return faces;
      }
    }
  }
  return faces.sort((a, b) => b.score - a.score);
}

async function search(
  model: OnnxModel,
  { minScore, border }: CnnOptions,
  image: PixelImage,
  size: number,
): Promise<Candidate[]> {
  const { planes, width, height, placement } = fitPicture(image, size, border, CNN_STRIDE);
  const { scores16, boxes16, scores32, boxes32 } = await model.run(planes, [1, 3, height, width]);
  return [
    ...decodeHead(headOf(scores16, boxes16, 16), minScore, placement),
    ...decodeHead(headOf(scores32, boxes32, 32), minScore, placement),
  ];
}

function headOf(scores: OnnxOutput, boxes: OnnxOutput, stride: number) {
  const [, , rows, columns] = scores.dims;
  return { scores: scores.data, boxes: boxes.data, rows, columns, stride };
}
