import type { Face, Landmarks, PixelImage } from '@mien/core';

/** Landmarks of a face, and whether it is one. */
export interface LocatedLandmarks {
  readonly landmarks: Landmarks;
  /** Probability that there is a face at all, 0..1: low for a box that was a mistake. */
  readonly presence: number;
}

/** Finds the landmarks of faces that a detector has found. */
export interface LandmarkDetector {
  /**
   * @param face its box in pixels of the picture; landmarks it brings (eyes at least) say how it is turned and spare a second look.
   * @throws {InvalidImageError} when the picture's bytes do not fit its shape.
   */
  locate(image: PixelImage, face: Pick<Face, 'box' | 'landmarks'>): Promise<LocatedLandmarks>;
  /** Frees what the detector holds; it must not be used afterwards. */
  dispose(): void;
}
