import { type Box, InvalidConfigurationError, type Landmarks, type PixelImage } from '@mien/core';

/** What is known of a picture before any is there; a field is missing where it depends on the picture. */
export interface ImageShape {
  readonly width?: number;
  readonly height?: number;
  readonly channels?: 1 | 3;
}

/** A picture on its way through the steps, with what is known of the face in it. */
export interface Picture {
  readonly image: PixelImage;
  /** The face's box in pixels of `image`; missing when the picture is taken whole. */
  readonly box?: Box;
  /** The face's landmarks in pixels of `image`; missing when no step needs them or none were found. */
  readonly landmarks?: Landmarks;
}

/** What becomes of a face without landmarks: left out, or passed on as it is. */
export type OnMissingLandmarks = 'skip' | 'leave';

/** One step ready to run. */
export interface Step {
  /** True for a step after which a pixel shows another place than before: it brings box and landmarks along. */
  readonly movesPixels?: true;
  /** Set on steps that need landmarks. */
  readonly onMissingLandmarks?: OnMissingLandmarks;
  /** The shape after the step, for a shape before it; throws InvalidConfigurationError where the step cannot stand. */
  shapeAfter(before: ImageShape): ImageShape;
  /** Returns a new picture (or the same one when there is nothing to do); never writes into its pixels. */
  apply(picture: Picture): Picture;
}

/** A step that changes values and leaves every pixel where it is. */
export function valueStep(
  change: (image: PixelImage) => PixelImage,
  shapeAfter: Step['shapeAfter'] = (before) => before,
): Step {
  return { shapeAfter, apply: (picture) => ({ ...picture, image: change(picture.image) }) };
}

/** A step on grey levels, which stands after `grey`. @param channels of what it makes. */
export function greyStep(name: string, change: (image: PixelImage) => PixelImage, channels: 1 | 3 = 1): Step {
  return valueStep(change, (before) => {
    if (before.channels === 1) return { ...before, channels };
    throw new InvalidConfigurationError({
      expected: `the step "${name}" to stand after "grey"`,
      found: 'a pipeline in which the picture may still be in colour there',
      fix: 'put "grey" before it',
      details: { step: name },
    });
  });
}
