import { type Face, InvalidConfigurationError, InvalidDataError, type Landmarks, type PixelImage } from '@mien/core';
import {
  alignmentOf,
  createFaceDetector,
  createLandmarkDetector,
  type DetectorOptions,
  type FaceDetector,
  type LandmarkDetector,
} from '@mien/faces';
import { squareWindow } from './crop.js';
import { type PipelineData, type PipelineInput, type PipelineStep, parsePipeline } from './pipeline-schema.js';
import { createStep } from './steps/create-step.js';
import type { FindingStep } from './steps/crop-face.js';
import { cutSquare } from './steps/cut.js';
import type { ImageShape, Picture, Step } from './steps/step.js';

/** What a pipeline makes of a picture. A picture without a face is a result, not an error. */
export type PipelineResult =
  | {
      readonly kind: 'image';
      readonly image: PixelImage;
      /** The face that was cut out, in pixels of the picture given; missing when the picture was taken whole. */
      readonly face?: Face;
      /** True when no face was found and the whole picture was taken instead. */
      readonly faceMissing?: true;
      /** True when no landmarks were found and the steps that go by them left the picture as it was. */
      readonly landmarksMissing?: true;
    }
  | {
      readonly kind: 'no-face';
      /** `landmarks`: there may be a face, but a step needs its landmarks and none were found. */
      readonly missing?: 'landmarks';
    };

/** A pipeline ready to run: the same code in training, evaluation and use. */
export interface Pipeline {
  /** The steps with every default filled in, as a model card carries them. */
  readonly data: PipelineData;
  /** The size of every picture it makes. */
  readonly output: { readonly width: number; readonly height: number; readonly channels: 1 | 3 };
  /**
   * Runs all steps on a picture; with `crop-face` or `detect-face`, on its best face.
   * @param options `isFace`: the picture is a face already, framed as it is wanted; none is looked for, and `crop-face` leaves it whole.
   */
  apply(image: PixelImage, options?: { readonly isFace?: boolean }): Promise<PipelineResult>;
  /**
   * Runs the steps for a face that is already known (box and landmarks in pixels of `image`), by the pipeline's own crop rule; a pipeline
   * that looks for no face gets the square of the box, and the picture itself where the box is all of it.
   * @throws {InvalidDataError} when a step needs landmarks that the face lacks; `detect` brings them.
   */
  applyToFace(image: PixelImage, face: Face): PixelImage;
  /**
   * Every face in a picture, best first, with landmarks where a step needs them; the whole picture as the one face when the pipeline looks
   * for none. Faces without the landmarks that a step cannot do without are left out.
   */
  detect(image: PixelImage): Promise<Face[]>;
  /** Frees the detectors. */
  dispose(): void;
}

export interface PipelineOptions {
  /** Makes the detector of `crop-face` or `detect-face`; default `createFaceDetector` of @mien/faces, in this thread. */
  readonly createDetector?: (options: DetectorOptions) => Promise<FaceDetector>;
  /** Makes the detector of landmarks, where a step needs them; default `createLandmarkDetector` of @mien/faces. */
  readonly createLandmarkDetector?: () => Promise<LandmarkDetector>;
}

/** Landmarks of what is less likely a face than this are none. */
const LEAST_PRESENCE = 0.5;

/**
 * Makes a pipeline from data (`dataset.yaml`, a model card). A detector is started only when it is first needed.
 * @throws {InvalidConfigurationError} for an unknown step or option, or an order that cannot work.
 */
export async function createPipeline(
  data: PipelineInput | readonly { readonly step: string }[],
  {
    createDetector = createFaceDetector,
    createLandmarkDetector: createLandmarks = createLandmarkDetector,
  }: PipelineOptions = {},
): Promise<Pipeline> {
  const steps = parsePipeline(data);
  const ready = steps.map(createStep);
  checkOrder(steps, ready);
  const at = steps.findIndex(isFindingStep);
  const finding = at < 0 ? undefined : (steps[at] as FindingStep);
  const before = ready.slice(0, Math.max(at, 0));
  const after = ready.slice(Math.max(at, 0));
  const output = outputOf(ready);
  const landmarkSteps = ready.filter(({ onMissingLandmarks }) => onMissingLandmarks);
  const mustHaveLandmarks = landmarkSteps.some(({ onMissingLandmarks }) => onMissingLandmarks === 'skip');

  const detector = startOnce(() => createDetector((finding as FindingStep).detector));
  const landmarkDetector = startOnce(createLandmarks);
  // One picture's faces are cut one after the other: the steps on the whole picture run once.
  const prepared = new WeakMap<PixelImage, PixelImage>();
  const prepare = (image: PixelImage): PixelImage => {
    const known = prepared.get(image) ?? run(before, { image }).image;
    prepared.set(image, known);
    return known;
  };
  const finish = (picture: Picture): PixelImage => withChannels(run(after, picture).image, output.channels);
  const wholeOf = ({ width, height }: PixelImage) => ({ x: 0, y: 0, width, height });

  const locate = async (image: PixelImage, face: Pick<Face, 'box' | 'landmarks'>): Promise<Landmarks | undefined> => {
    if (landmarkSteps.length === 0) return undefined;
    const { landmarks, presence } = await (await landmarkDetector.start()).locate(image, face);
    return presence >= LEAST_PRESENCE && isUsable(landmarks) ? landmarks : undefined;
  };

  return {
    data: steps,
    output,
    applyToFace(image, { box, landmarks }) {
      if (mustHaveLandmarks && !landmarks) throw landmarksNeeded(steps, ready);
      if (finding) return finish({ image: prepare(image), box, landmarks });
      const isWhole = box.x === 0 && box.y === 0 && box.width === image.width && box.height === image.height;
      const picture: Picture = { image, landmarks };
      return finish(isWhole ? picture : cutSquare(picture, squareWindow(box)));
    },
    async apply(image, { isFace = false } = {}) {
      const picture = prepare(image);
      const sought = isFace ? undefined : finding;
      const [found] = sought ? await (await detector.start()).detect(picture, { bestOnly: true }) : [];
      if (sought?.onMissing === 'skip' && !found) return { kind: 'no-face' };
      const landmarks = await locate(picture, found ?? { box: wholeOf(picture) });
      if (mustHaveLandmarks && !landmarks) return { kind: 'no-face', missing: 'landmarks' };
      return {
        kind: 'image',
        image: finish({ image: picture, box: found?.box, landmarks }),
        ...(found && { face: faceOf(found, landmarks) }),
        ...(sought && !found ? { faceMissing: true } : {}),
        ...(landmarkSteps.length > 0 && !landmarks && { landmarksMissing: true }),
      };
    },
    async detect(image) {
      const picture = prepare(image);
      const found = finding
        ? await (await detector.start()).detect(picture)
        : [{ box: wholeOf(picture), score: 1 } satisfies Face];
      const faces: Face[] = [];
      for (const face of found) {
        const landmarks = await locate(picture, face);
        if (landmarks || !mustHaveLandmarks) faces.push(faceOf(face, landmarks));
      }
      return faces;
    },
    dispose() {
      detector.dispose();
      landmarkDetector.dispose();
    },
  };
}

/** The face with the landmarks that the pipeline goes by, if it does. */
function faceOf(face: Face, landmarks: Landmarks | undefined): Face {
  return landmarks ? { ...face, landmarks } : face;
}

/** Starts something when it is first asked for. */
function startOnce<Started extends { dispose(): void }>(create: () => Promise<Started>) {
  let starting: Promise<Started> | undefined;
  return {
    start(): Promise<Started> {
      starting ??= create();
      return starting;
    },
    dispose(): void {
      // A start that failed has told its caller.
      starting?.then((started) => started.dispose()).catch(() => undefined);
    },
  };
}

/** The eyes are where geometry starts: they must be apart. */
function isUsable(landmarks: Landmarks): boolean {
  if (!landmarks.points.every(([x, y]) => Number.isFinite(x) && Number.isFinite(y))) return false;
  try {
    return alignmentOf(landmarks).interOcular >= 1;
  } catch (error) {
    if (error instanceof InvalidDataError) return false;
    throw error;
  }
}

/** Whether a step looks for the face: `crop-face`, `detect-face`. */
export function isFindingStep(data: { readonly step: string }): boolean {
  return data.step === 'crop-face' || data.step === 'detect-face';
}

/** Boxes are in pixels of the picture given, so nothing may change its geometry before the face is found. */
function checkOrder(steps: PipelineData, ready: readonly Step[]): void {
  const finding = steps.filter(isFindingStep);
  if (finding.length > 1) {
    throw orderError(
      'one step at most that looks for the face ("crop-face", "detect-face")',
      finding.map(({ step }) => `"${step}"`).join(', '),
    );
  }
  const at = steps.findIndex(isFindingStep);
  const moved = ready.findIndex(({ movesPixels }) => movesPixels);
  if (at >= 0 && moved < at && moved >= 0) {
    throw orderError(
      `"${steps[at].step}" before every step that changes the picture’s size or turns it`,
      `"${steps[moved].step}" before it`,
    );
  }
}

function orderError(expected: string, found: string): InvalidConfigurationError {
  return new InvalidConfigurationError({ expected, found, fix: 'change the order of the pipeline’s steps' });
}

function landmarksNeeded(steps: readonly PipelineStep[], ready: readonly Step[]): InvalidDataError {
  const { step } = steps[ready.findIndex(({ onMissingLandmarks }) => onMissingLandmarks === 'skip')];
  return new InvalidDataError({
    expected: `a face with landmarks, which the step "${step}" goes by`,
    found: 'none',
    fix: 'take the face that detect() gives, or set the step’s onMissing to "leave"',
    details: { step },
  });
}

function run(steps: readonly Step[], picture: Picture): Picture {
  return steps.reduce((current, step) => step.apply(current), picture);
}

function outputOf(steps: readonly Step[]): Pipeline['output'] {
  const { width, height, channels = 3 } = steps.reduce<ImageShape>((shape, step) => step.shapeAfter(shape), {});
  if (width !== undefined && height !== undefined) return { width, height, channels };
  throw new InvalidConfigurationError({
    expected: 'a pipeline whose pictures all come out the same size',
    found: 'no "resize" after the last step that crops',
    fix: 'add { "step": "resize", "width": …, "height": … }',
  });
}

/** A pipeline that keeps colour gives three channels for grey pictures too. */
function withChannels(image: PixelImage, channels: 1 | 3): PixelImage {
  if (image.channels === channels) return image;
  const data = new Uint8Array(image.width * image.height * 3);
  for (let pixel = 0, at = 0; at < data.length; pixel++) {
    const value = image.data[pixel];
    data[at++] = value;
    data[at++] = value;
    data[at++] = value;
  }
  return { width: image.width, height: image.height, channels: 3, data };
}
