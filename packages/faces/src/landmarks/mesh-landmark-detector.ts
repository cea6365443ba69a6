import type { Box, Face, PixelImage } from '@mien/core';
import { alignmentOf } from '../alignment/alignment.js';
import { boundingBox, type RotatedBox, similarityFromTarget } from '../alignment/rotated-box.js';
import { type Point, transformPoint } from '../alignment/similarity.js';
import { checkImage } from '../check-image.js';
import { type OnnxModel, openModel } from '../onnx-model.js';
import type { FaceResources } from '../resources.js';
import type { LandmarkDetector, LocatedLandmarks } from './landmark-detector.js';
import { MESH_EYES, MESH_POINTS, toIbug68 } from './mesh-points.js';
import { sampleRotated } from './sample-rotated.js';

/** Pixels a side of the network's input. */
const INPUT_SIZE = 192;

/** Sides of the square looked at, in sides of the box around the face, as the network was trained (MediaPipe's face_landmark graphs). */
const MARGIN = 1.5;

/**
 * 68 landmarks out of a face mesh (Kartynnik et al. 2019, trained by Google for MediaPipe), on ONNX Runtime. A face without landmarks of
 * its own (a Haar cascade's) is looked at twice: where the mesh is first found says how the face is turned and how large it is.
 * @throws {EngineUnavailableError} without ONNX Runtime; @throws {MissingInputError} when the network's file is not there.
 */
export async function createLandmarkDetector(resources: FaceResources = {}): Promise<LandmarkDetector> {
  const model = await openModel('facemesh', resources);
  let disposed = false;
  return {
    async locate(image, face) {
      if (disposed) throw new Error('this landmark detector was disposed of');
      checkImage(image);
      return locateWith(model, image, face);
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      void model.release();
    },
  };
}

async function locateWith(
  model: OnnxModel,
  image: PixelImage,
  { box, landmarks }: Pick<Face, 'box' | 'landmarks'>,
): Promise<LocatedLandmarks> {
  if (landmarks) {
    const { mesh, presence } = await findMesh(model, image, squareAround(box, alignmentOf(landmarks).angle));
    return { landmarks: toIbug68(mesh), presence };
  }
  const first = await findMesh(model, image, squareAround(box, 0));
  const [[x, y], [otherX, otherY]] = MESH_EYES.map((eye) => first.mesh[eye]);
  const square = squareAround(boundingBox(first.mesh), Math.atan2(otherY - y, otherX - x));
  const { mesh, presence } = await findMesh(model, image, square);
  return { landmarks: toIbug68(mesh), presence };
}

async function findMesh(model: OnnxModel, image: PixelImage, square: RotatedBox) {
  const planes = sampleRotated(image, square, INPUT_SIZE);
  const outputs = await model.run(planes, [1, 3, INPUT_SIZE, INPUT_SIZE]);
  const toPicture = similarityFromTarget(square, INPUT_SIZE, INPUT_SIZE);
  // Three coordinates a point; the third, the depth, is not used.
  const { data } = outputs.mesh;
  const mesh: Point[] = Array.from({ length: MESH_POINTS }, (_, index) =>
    transformPoint(toPicture, [data[3 * index], data[3 * index + 1]]),
  );
  return { mesh, presence: outputs.presence.data[0] };
}

function squareAround({ x, y, width, height }: Box, angle: number): RotatedBox {
  const side = MARGIN * Math.max(width, height);
  return { centreX: x + width / 2, centreY: y + height / 2, width: side, height: side, angle };
}
