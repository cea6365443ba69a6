import { z } from 'zod';

/** What becomes of training pictures that, pixel for pixel, also stand in validation or test. */
export const leaksSchema = z.enum(['refuse', 'drop', 'allow']).default('refuse');
