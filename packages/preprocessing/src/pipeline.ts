import { type Face, InvalidConfigurationError, type PixelImage } from '@mien/core';
import { cropSquare } from './crop.js';
import { type PipelineData, type PipelineInput, type PipelineStep, parsePipeline } from './pipeline-schema.js';
import { createCropCentreStep } from './steps/crop-centre.js';
import { createEqualiseHistogramStep } from './steps/equalise-histogram.js';
import { createGreyStep } from './steps/grey.js';
import { createResizeStep } from './steps/resize.js';
import type { ImageShape, Step } from './steps/step.js';

/** What a pipeline makes of a picture. A picture without a face is a result, not an error. */
export type PipelineResult =
  | {
      readonly kind: 'image';
      readonly image: PixelImage;
      /** The face that was cut out, in pixels of the picture given; missing when the pipeline takes pictures whole. */
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
  /** Runs all steps on a picture. */
  apply(image: PixelImage): Promise<PipelineResult>;
  /** Runs the steps for a face that is already known (`face.box` in pixels of `image`), by the pipeline's own crop rule. */
  applyToFace(image: PixelImage, face: Face): PixelImage;
  /** Every face in a picture, best first; the whole picture as the one face when the pipeline does not crop. */
  detect(image: PixelImage): Promise<Face[]>;
  /** Frees the detector. */
  dispose(): void;
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
  }
}

/**
 * Makes a pipeline from data (`dataset.yaml`, a model card).
 * @throws {InvalidConfigurationError} for an unknown step or option, or an order that cannot work.
 */
export async function createPipeline(data: PipelineInput | readonly { readonly step: string }[]): Promise<Pipeline> {
  const steps = parsePipeline(data);
  const ready = steps.map(createStep);
  const output = outputOf(ready.reduce<ImageShape>((shape, step) => step.shapeAfter(shape), {}));
  const run = (image: PixelImage): PixelImage =>
    withChannels(
      ready.reduce((current, step) => step.apply(current), image),
      output.channels,
    );
  return {
    data: steps,
    output,
    apply: async (image) => ({ kind: 'image', image: run(image) }),
    applyToFace: (image, face) => run(cropSquare(image, face.box)),
    detect: async (image) => [wholeImage(image)],
    dispose: () => undefined,
  };
}

function wholeImage({ width, height }: PixelImage): Face {
  return { box: { x: 0, y: 0, width, height }, score: 1 };
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
