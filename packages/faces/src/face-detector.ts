import type { Face, PixelImage } from '@mien/core';

export interface DetectOptions {
  /** Look only until the best face is certain: the list is then that face or empty. Cheaper where one face is wanted. */
  readonly bestOnly?: boolean;
}

/** Finds faces in pictures; whatever the method, the same interface. */
export interface FaceDetector {
  /**
   * Every face in the picture, best first; boxes in pixels of the picture given. No face is an empty list, not an error.
   * @throws {InvalidImageError} when the picture's bytes do not fit its shape.
   */
  detect(image: PixelImage, options?: DetectOptions): Promise<Face[]>;
  /** Frees what the detector holds; it must not be used afterwards. */
  dispose(): void;
}
