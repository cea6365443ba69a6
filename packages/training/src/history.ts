import { z } from 'zod';

/** One epoch of a run. Losses are mean cross-entropies in nats; accuracies are shares, 0..1. */
export const epochSchema = z.strictObject({
  /** From 1. */
  epoch: z.number().int().positive(),
  trainLoss: z.number(),
  trainAccuracy: z.number(),
  validationLoss: z.number(),
  validationAccuracy: z.number(),
  learningRate: z.number(),
  seconds: z.number(),
});
export const historySchema = z.array(epochSchema);

export type EpochResult = z.infer<typeof epochSchema>;
export type History = readonly EpochResult[];

/** The epoch with the best validation accuracy; the earlier one of equals. */
export function bestEpoch(history: History): EpochResult | undefined {
  return history.reduce<EpochResult | undefined>(
    (best, entry) => (best && best.validationAccuracy >= entry.validationAccuracy ? best : entry),
    undefined,
  );
}
