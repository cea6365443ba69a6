import { z } from 'zod';

/** A rectangle in pixels of the picture it belongs to; `x`, `y` is the top left corner. It may reach over the picture's edge. */
export const boxSchema = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number().positive(),
  height: z.number().positive(),
});
export type Box = z.infer<typeof boxSchema>;

/** Points in pixels of the picture, in the order of their scheme. */
export const landmarksSchema = z.object({
  scheme: z.enum(['eyes-2', 'points-5', 'ibug-68']),
  points: z.array(z.tuple([z.number(), z.number()])),
});
export type Landmarks = z.infer<typeof landmarksSchema>;

/** A face found in a picture. `score`: the detector's own confidence, comparable only within one detector. */
export const faceSchema = z.object({ box: boxSchema, score: z.number(), landmarks: landmarksSchema.optional() });
export type Face = z.infer<typeof faceSchema>;
