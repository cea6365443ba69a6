import { z } from 'zod';

/** A rectangle in pixels of the picture it belongs to; `x`, `y` is the top left corner. It may reach over the picture's edge. */
export const boxSchema = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number().positive(),
  height: z.number().positive(),
});
export type Box = z.infer<typeof boxSchema>;

/**
 * How many points landmarks have and which they are. Left and right are the person's own, so a face that looks at the camera has its
 * right eye on the picture's left.
 * - `eyes-2`: centre of the right eye, of the left eye.
 * - `points-5`: right eye, left eye, tip of the nose, right and left corner of the mouth.
 * - `blazeface-6`: right eye, left eye, tip of the nose, middle of the mouth, right and left ear (tragion), as BlazeFace finds them.
 * - `ibug-68`: the mark-up of iBUG 300-W (Sagonas et al. 2013): jaw 0–16, brows 17–26, nose 27–35, eyes 36–47, lips 48–67.
 */
export const LANDMARK_SCHEMES = ['eyes-2', 'points-5', 'blazeface-6', 'ibug-68'] as const;
export type LandmarkScheme = (typeof LANDMARK_SCHEMES)[number];

/** Points in pixels of the picture, in the order of their scheme. */
export const landmarksSchema = z.object({
  scheme: z.enum(LANDMARK_SCHEMES),
  points: z.array(z.tuple([z.number(), z.number()])),
});
export type Landmarks = z.infer<typeof landmarksSchema>;

/** A face found in a picture. `score`: the detector's own confidence, comparable only within one detector. */
export const faceSchema = z.object({ box: boxSchema, score: z.number(), landmarks: landmarksSchema.optional() });
export type Face = z.infer<typeof faceSchema>;
