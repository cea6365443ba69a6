import { ALL_EMOTIONS, boxSchema, faceSchema } from '@mien/core';
import { z } from 'zod';

const emotion = z.enum(ALL_EMOTIONS);
const prediction = {
  label: emotion.describe('the most probable emotion'),
  confidence: z.number().describe('probability of the label, 0..1'),
  probabilities: z.partialRecord(emotion, z.number()).describe('one for each of the model’s labels; they sum to 1'),
};

export const errorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string().describe('what was expected, what was found, what to do') }),
});

const size = { width: z.number().int(), height: z.number().int() };
export const predictResponseSchema = z.object({
  model: z.string(),
  /** In the order of the request. */
  pictures: z.array(
    z.union([
      z.object({ name: z.string(), ...size, faces: z.array(faceSchema.extend(prediction)) }),
      errorSchema.extend({ name: z.string() }),
    ]),
  ),
});
export type PredictResponse = z.input<typeof predictResponseSchema>;

/** The JSON body of `POST /v1/predict`. */
export const base64RequestSchema = z.strictObject({
  pictures: z
    .array(
      z.strictObject({
        name: z.string().max(1000).optional(),
        data: z.string().min(1).describe('the bytes of a picture in base64'),
      }),
    )
    .min(1),
});

export const modelResponseSchema = z.object({
  name: z.string(),
  labels: z.array(emotion),
  weights: z.string().describe('SHA-256 of the weights that answer'),
  intendedUse: z.string(),
  limits: z.string(),
});

/** What a stream sends for each frame. */
export const frameResponseSchema = z.union([
  z.object({
    frame: z.number().int().describe('1 for the first frame that was sent'),
    ...size,
    faces: z.array(
      z.object({
        id: z.number().int().describe('the same for the same face in later frames'),
        box: boxSchema.describe('smoothed over time'),
        score: z.number(),
        ...prediction,
      }),
    ),
  }),
  z.object({ frame: z.number().int(), dropped: z.literal(true).describe('a newer frame came before this was read') }),
  errorSchema.extend({ frame: z.number().int() }),
]);
export type FrameResponse = z.input<typeof frameResponseSchema>;
