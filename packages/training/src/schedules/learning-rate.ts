import { z } from 'zod';
import { type History, scoreEpoch } from '../history.js';

const rate = z.number().positive();
/** The rate grows evenly from 0 to `initial` over so many epochs first. */
const warmUpEpochs = z.number().nonnegative().default(0);

/** A learning rate over the run, as data. */
export const learningRateSchema = z.discriminatedUnion('schedule', [
  z.strictObject({ schedule: z.literal('constant'), initial: rate, warmUpEpochs }),
  z.strictObject({
    schedule: z.literal('cosine'),
    initial: rate,
    final: z.number().nonnegative().default(0),
    warmUpEpochs,
    /** The rate jumps back to `initial` at the end of every cycle; none: one cycle over the whole run. */
    restarts: z
      .strictObject({
        /** Length of the first cycle; warm-up is not part of it. */
        epochs: z.number().positive(),
        /** Each cycle is so many times as long as the one before. */
        factor: z.number().min(1).default(1),
      })
      .optional(),
  }),
  z.strictObject({
    schedule: z.literal('step'),
    initial: rate,
    warmUpEpochs,
    /** Epochs (counted from 0) at whose start the rate is multiplied by `factor`. */
    epochs: z.array(z.number().int().positive()).min(1),
    factor: z.number().positive().max(1).default(0.1),
  }),
  z.strictObject({
    schedule: z.literal('reduce-on-plateau'),
    initial: rate,
    warmUpEpochs,
    factor: z.number().positive().lt(1).default(0.1),
    /** So many epochs without a better figure are waited for; the rate falls after the next one. */
    patience: z.number().int().nonnegative().default(10),
    /** What has to get better, and by how much at least. */
    monitor: z.enum(['validationLoss', 'validationAccuracy']).default('validationLoss'),
    minimumChange: z.number().nonnegative().default(1e-4),
    /** It never falls below this. */
    minimum: z.number().nonnegative().default(0),
  }),
]);

export type LearningRateSchedule = z.infer<typeof learningRateSchema>;

/**
 * The learning rate at a moment of the run. It hangs on its arguments alone: a resumed run has the same.
 * @param progress epochs done, with fractions: 2.5 is the middle of the third epoch.
 * @param epochs how many the run has.
 * @param history the epochs that are done; only `reduce-on-plateau` looks at it.
 */
export function learningRateAt(
  schedule: LearningRateSchedule,
  progress: number,
  epochs: number,
  history: History = [],
): number {
  if (progress < schedule.warmUpEpochs) return (schedule.initial * progress) / schedule.warmUpEpochs;
  switch (schedule.schedule) {
    case 'constant':
      return schedule.initial;
    case 'cosine':
      return cosineRate(schedule, progress, epochs);
    case 'step':
      return schedule.initial * schedule.factor ** schedule.epochs.filter((epoch) => progress >= epoch).length;
    case 'reduce-on-plateau':
      return plateauRate(schedule, history);
  }
}

/** Loshchilov & Hutter 2017 (arXiv 1608.03983), equation 5. */
function cosineRate(
  { initial, final, warmUpEpochs, restarts }: Extract<LearningRateSchedule, { schedule: 'cosine' }>,
  progress: number,
  epochs: number,
): number {
  let done = progress - warmUpEpochs;
  let length = restarts?.epochs ?? Math.max(epochs - warmUpEpochs, Number.EPSILON);
  // A cycle's last step has its lowest rate; the one after it begins the next.
  while (restarts && done > length) {
    done -= length;
    length *= restarts.factor;
  }
  return final + ((initial - final) * (1 + Math.cos(Math.PI * Math.min(1, done / length)))) / 2;
}

/** Keras's and PyTorch's ReduceLROnPlateau (relative threshold off, no cooldown), replayed over the epochs that are done. */
function plateauRate(
  schedule: Extract<LearningRateSchedule, { schedule: 'reduce-on-plateau' }>,
  history: History,
): number {
  const { initial, factor, patience, monitor, minimumChange, minimum } = schedule;
  let rate = initial;
  let best = Number.NEGATIVE_INFINITY;
  let waited = 0;
  for (const entry of history) {
    const figure = scoreEpoch(entry, monitor);
    if (figure > best + minimumChange) {
      best = figure;
      waited = 0;
    } else {
      waited += 1;
    }
    if (waited > patience) {
      rate = Math.max(minimum, rate * factor);
      waited = 0;
    }
  }
  return rate;
}
