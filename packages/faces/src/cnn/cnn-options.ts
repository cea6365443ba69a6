import { z } from 'zod';

/** The network's coarsest map has a place for every 32 pixels. */
export const CNN_STRIDE = 32;

/** Typed options of {@link createCnnDetector}, as a pipeline's `crop-face` step carries them. */
export const cnnOptionsSchema = z.strictObject({
  type: z.literal('cnn'),
  /** BlazeFace for back cameras (Bazarevsky et al. 2019), trained by Google for MediaPipe. */
  network: z.literal('blazeface-back').default('blazeface-back'),
  /**
   * Sizes at which a picture is searched, one after the other: pixels of its longer side, border included. Faces from about a tenth of
   * that side up are found at 192; larger sizes find smaller faces, take longer by their square, and take parts of a large face for
   * faces when they are the only size. The first is searched for `bestOnly` and the others only if it finds nothing.
   */
  inputSizes: z.array(z.number().int().min(64).max(2048).multipleOf(CNN_STRIDE)).min(1).max(4).default([192]),
  /** Least probability of a face, 0..1. */
  minScore: z.number().min(0).max(1).default(0.4),
  /**
   * Least probability of a face, 0..1, that a second network, the face mesh, gives a box whose score is below 0.8: lettering, patterns and
   * hands fail it. 0 spares the second look.
   */
  minPresence: z.number().min(0).max(1).default(0.1),
  /** Boxes that overlap more than this (intersection over union) are one face: its box is their mean, weighted by score. */
  overlap: z.number().min(0).max(1).default(0.3),
  /** Border of repeated edge pixels round the picture, in shares of its longer side: faces cut off by the edge need it. */
  border: z.number().min(0).max(1).default(0.1),
});

export type CnnOptions = z.output<typeof cnnOptionsSchema>;
export type CnnOptionsInput = z.input<typeof cnnOptionsSchema>;
