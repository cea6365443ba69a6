import { type Face, InvalidConfigurationError, type PixelImage } from '@mien/core';
import { createHaarDetector, type FaceDetector, type HaarOptions } from '@mien/faces';
import { cropSquare } from './crop.js';
import { type PipelineData, type PipelineInput, type PipelineStep, parsePipeline } from './pipeline-schema.js';
import { createCropCentreStep } from './steps/crop-centre.js';
import type { CropFaceStep } from './steps/crop-face.js';
import { createEqualiseHistogramStep } from './steps/equalise-histogram.js';
import { createGreyStep } from './steps/grey.js';
import { createResizeStep } from './steps/resize.js';
import type { ImageShape, Step } from './steps/step.js';

/** What a pipeline makes of a picture. A picture without a face is a result, not an error. */
export type PipelineResult =
  | {
      readonly kind: 'image';
      readonly image: PixelImage;
      /** The face that was cut out, in pixels of the picture given; missing when the picture was taken whole. */
      readonly face?: Face;
      /** True when no face was found and the whole picture was taken instead. */
      readonly faceMissing?: true;
    }
  | { readonly kind: 'no-face' };

/** A pipeline ready to run: the same code in training, evaluation and use. */
export interface Pipeline {
  /** The steps with every default filled in, as a model card carries them. */
  readonly data: PipelineData;
  /** The size of every picture it makes. */
  readonly output: { readonly width: number; readonly height: number; readonly channels: 1 | 3 };
  /** Runs all steps on a picture; with `crop-face`, on its best face. */
  apply(image: PixelImage): Promise<PipelineResult>;
  /**
   * Runs the steps for a face that is already known (`face.box` in pixels of `image`), by the pipeline's own crop rule; a pipeline
   * without `crop-face` gets the square of the box.
   */
  applyToFace(image: PixelImage, face: Face): PixelImage;
  /** Every face in a picture, best first; the whole picture as the one face when the pipeline has no `crop-face`. */
  detect(image: PixelImage): Promise<Face[]>;
  /** Frees the detector. */
  dispose(): void;
}

export interface PipelineOptions {
  /** Makes the detector of `crop-face`; default `createHaarDetector`, in this thread. */
  readonly createDetector?: (options: HaarOptions) => Promise<FaceDetector>;
}

/**
 * Makes a pipeline from data (`dataset.yaml`, a model card). OpenCV is started only when a face is first looked for.
 * @throws {InvalidConfigurationError} for an unknown step or option, or an order that cannot work.
 */
export async function createPipeline(
  data: PipelineInput | readonly { readonly step: string }[],
  { createDetector = createHaarDetector }: PipelineOptions = {},
): Promise<Pipeline> {
  const steps = parsePipeline(data);
  checkOrder(steps);
  const at = steps.findIndex(({ step }) => step === 'crop-face');
  const crop = at < 0 ? undefined : (steps[at] as CropFaceStep);
  const before = steps.slice(0, Math.max(at, 0)).map(createStep);
  const after = steps.slice(at + 1).map(createStep);
  const shapeBefore = shapeAfter(before, {});
  const output = outputOf(shapeAfter(after, crop ? { channels: shapeBefore.channels } : shapeBefore));
  const finish = (image: PixelImage): PixelImage => withChannels(run(after, image), output.channels);

  let starting: Promise<FaceDetector> | undefined;
  const detectorFor = (step: CropFaceStep): Promise<FaceDetector> => {
    starting ??= createDetector(step.detector);
    return starting;
  };
  // One picture's faces are cut one after the other: the steps on the whole picture run once.
  const prepared = new WeakMap<PixelImage, PixelImage>();
  const prepare = (image: PixelImage): PixelImage => {
    const ready = prepared.get(image) ?? run(before, image);
    prepared.set(image, ready);
    return ready;
  };
  const applyToFace = (image: PixelImage, { box }: Face): PixelImage =>
    finish(crop ? cropSquare(prepare(image), box, crop.scale, crop.offset) : cropSquare(image, box));

  return {
    data: steps,
    output,
    applyToFace,
    async apply(image) {
      if (!crop) return { kind: 'image', image: finish(image) };
      const [face] = await (await detectorFor(crop)).detect(prepare(image), { bestOnly: true });
      if (face) return { kind: 'image', image: applyToFace(image, face), face };
      if (crop.onMissing === 'skip') return { kind: 'no-face' };
      return { kind: 'image', image: finish(prepare(image)), faceMissing: true };
    },
    async detect(image) {
      if (crop) return (await detectorFor(crop)).detect(prepare(image));
      return [{ box: { x: 0, y: 0, width: image.width, height: image.height }, score: 1 }];
    },
    dispose() {
      // A start that failed has told its caller.
      starting?.then((started) => started.dispose()).catch(() => undefined);
    },
  };
}

function createStep(data: PipelineStep): Step {
  switch (data.step) {
    case 'grey':
      return createGreyStep();
    case 'crop-centre':
      return createCropCentreStep(data);
    case 'resize':
      return createResizeStep(data);
    case 'equalise-histogram':
      return createEqualiseHistogramStep();
    case 'crop-face':
      throw orderError('one "crop-face" at most', 'two');
  }
}

/** Boxes are in pixels of the picture given, so nothing may change its geometry before the face is cut. */
function checkOrder(steps: PipelineData): void {
  const crop = steps.findLastIndex(({ step }) => step === 'crop-face');
  const moved = steps.slice(0, Math.max(crop, 0)).find(({ step }) => step === 'resize' || step === 'crop-centre');
  if (moved)
    throw orderError('"crop-face" before every step that changes the picture’s size', `"${moved.step}" before it`);
}

function orderError(expected: string, found: string): InvalidConfigurationError {
  return new InvalidConfigurationError({ expected, found, fix: 'change the order of the pipeline’s steps' });
}

function run(steps: readonly Step[], image: PixelImage): PixelImage {
  return steps.reduce((current, step) => step.apply(current), image);
}

function shapeAfter(steps: readonly Step[], shape: ImageShape): ImageShape {
  return steps.reduce((current, step) => step.shapeAfter(current), shape);
}

function outputOf({ width, height, channels = 3 }: ImageShape): Pipeline['output'] {
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
