import { z } from 'zod';

const rate = z.number().positive();

/** A learning rate over the run, as data. */
export const learningRateSchema = z.discriminatedUnion('schedule', [
  z.strictObject({ schedule: z.literal('constant'), initial: rate }),
  z.strictObject({
    schedule: z.literal('cosine'),
    initial: rate,
    final: z.number().nonnegative().default(0),
    /** The rate grows from 0 to `initial` over so many epochs first. */
    warmUpEpochs: z.number().nonnegative().default(0),
  }),
  z.strictObject({
    schedule: z.literal('step'),
    initial: rate,
    /** Epochs (counted from 0) at whose start the rate is multiplied by `factor`. */
    epochs: z.array(z.number().int().positive()).min(1),
    factor: z.number().positive().max(1).default(0.1),
  }),
]);

export type LearningRateSchedule = z.infer<typeof learningRateSchema>;

/**
 * The learning rate at a moment of the run.
 * @param progress epochs done, with fractions: 2.5 is the middle of the third epoch.
 * @param epochs how many the run has. Cosine: Loshchilov & Hutter 2017 (arXiv 1608.03983), equation 5, without restarts.
 */
export function learningRateAt(schedule: LearningRateSchedule, progress: number, epochs: number): number {
  switch (schedule.schedule) {
    case 'constant':
      return schedule.initial;
    case 'cosine': {
      const { initial, final, warmUpEpochs } = schedule;
      if (progress < warmUpEpochs) return (initial * progress) / warmUpEpochs;
      const share = Math.min(1, (progress - warmUpEpochs) / Math.max(epochs - warmUpEpochs, Number.EPSILON));
      return final + ((initial - final) * (1 + Math.cos(Math.PI * share))) / 2;
    }
    case 'step':
      return schedule.initial * schedule.factor ** schedule.epochs.filter((epoch) => progress >= epoch).length;
  }
}
