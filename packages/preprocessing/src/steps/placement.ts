import { z } from 'zod';

/** Where a square crop lies relative to the box it is made from. */
export const placementFields = {
  /** Side of the crop in sides of the box: above 1 takes more round the face. */
  scale: z.number().min(0.1).max(4).default(1),
  /** Moves the crop's middle, in sides of the box; y grows downwards. */
  offset: z
    .strictObject({ x: z.number().min(-1).max(1).default(0), y: z.number().min(-1).max(1).default(0) })
    .prefault({}),
};
