import { z } from 'zod';

/** What every step that goes by landmarks takes. */
export const landmarkFields = {
  /** What becomes of a face in which no landmarks are found (turned away, hidden): left out, or passed on by this step as it is. */
  onMissing: z.enum(['skip', 'leave']).default('skip'),
};
