import type { PixelImage } from '@mien/core';

/** What is known of a picture before any is there; a field is missing where it depends on the picture. */
export interface ImageShape {
  readonly width?: number;
  readonly height?: number;
  readonly channels?: 1 | 3;
}

/** One step ready to run. */
export interface Step {
  /** The shape after the step, for a shape before it; throws InvalidConfigurationError where the step cannot stand. */
  shapeAfter(before: ImageShape): ImageShape;
  /** Returns a new picture (or the same one when there is nothing to do); never writes into `image`. */
  apply(image: PixelImage): PixelImage;
}
