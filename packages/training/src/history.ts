import { z } from 'zod';

/** One epoch of a run. Losses are mean cross-entropies in nats; accuracies are shares, 0..1. */
export const epochSchema = z.strictObject({
  /** From 1. */
  epoch: z.number().int().positive(),
  trainLoss: z.number(),
  trainAccuracy: z.number(),
  /** Of the averaged weights, where weights are averaged; absent where nothing is held back for validation. */
  validationLoss: z.number().optional(),
  validationAccuracy: z.number().optional(),
  learningRate: z.number(),
  seconds: z.number(),
  /** Share of the training steps' time that the loop waited for a batch, 0..1; absent in runs made before it was measured. */
  waited: z.number().optional(),
});
export const historySchema = z.array(epochSchema);

export type EpochResult = z.infer<typeof epochSchema>;
export type History = readonly EpochResult[];

/** How good an epoch was in a figure of validation: the more the better; an epoch without one is the worst. */
export function scoreEpoch(entry: EpochResult, figure: 'validationAccuracy' | 'validationLoss'): number {
  const value = entry[figure];
  if (value === undefined) return Number.NEGATIVE_INFINITY;
  return figure === 'validationLoss' ? -value : value;
}

/** The epoch that is best in a figure, the earlier one of equals; for `none` the last. Default: validation accuracy. */
export function bestEpoch(
  history: History,
  figure: 'validationAccuracy' | 'validationLoss' | 'none' = 'validationAccuracy',
): EpochResult | undefined {
  if (figure === 'none') return history.at(-1);
  return history.reduce<EpochResult | undefined>(
    (best, entry) => (best && scoreEpoch(best, figure) >= scoreEpoch(entry, figure) ? best : entry),
    undefined,
  );
}
