import { z } from 'zod';
import { cnnOptionsSchema } from './cnn/cnn-options.js';
import { haarOptionsSchema } from './haar/haar-options.js';

/**
 * Options of either detector, told apart by `type`: `haar`, also when it is missing (as in the cards of models made before there was a
 * choice), or `cnn`.
 */
export const detectorOptionsSchema = z.discriminatedUnion('type', [haarOptionsSchema, cnnOptionsSchema]);

export type DetectorOptions = z.output<typeof detectorOptionsSchema>;
export type DetectorOptionsInput = z.input<typeof detectorOptionsSchema>;
