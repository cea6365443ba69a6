import { z } from 'zod';

/** Typed options of {@link createFaceTracker}. */
export const faceTrackerOptionsSchema = z.strictObject({
  /** Seconds for which a face may be missing and keep its id. Longer than the time between two frames. */
  maxGap: z.number().positive().default(1),
  /** Frames in a row in which a face must be found before it gets an id: detectors' mistakes seldom last. */
  confirmAfter: z.number().int().min(1).default(3),
  /** Score that a face must have reached once before it gets an id, whatever it has afterwards. Scores are those of the detector; none: any. */
  confirmScore: z.number().optional(),
  /** Most that a face may be away from where it was expected, in sides of its box, when the boxes do not touch. */
  maxDistance: z.number().min(0).default(1),
  /** Frames a second, where frames come without a time. */
  frameRate: z.number().positive().default(30),
  /** Standard deviation of a detector's box, in sides of the box. Higher smooths more and follows later. */
  measurementNoise: z.number().positive().default(0.04),
  /** Standard deviation of how faces speed up, in sides of the box a second, a second. Higher follows sooner and smooths less. */
  acceleration: z.number().positive().default(15),
});

export type FaceTrackerOptions = z.output<typeof faceTrackerOptionsSchema>;
export type FaceTrackerOptionsInput = z.input<typeof faceTrackerOptionsSchema>;
