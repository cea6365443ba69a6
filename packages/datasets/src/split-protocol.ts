import { z } from 'zod';

const seed = z.int().default(0);
/** Of the people (or pictures) left for training, the part that goes to validation. 0: no validation. */
const validationShare = z.number().min(0).lt(1).default(0.2);
/** What must stay together. `image` is a choice to be made knowingly: one person's pictures may then stand in two parts. */
const unit = z.enum(['subject', 'image']).default('subject');

const angles = z.array(z.enum(['full-left', 'half-left', 'straight', 'half-right', 'full-right'])).min(1);
const databases = z.array(z.string().min(1)).min(1);

/**
 * How a data set is divided into train, validation and test, as data.
 * - `official`: the set's own parts.
 * - `by-gender`: trains on one gender and tests on the other; validation are people of the first.
 * - `k-fold`: tests on fold `fold` (0 … k−1) of `k` folds by subject; validation are people of the others. With `database` only the people of
 *   that one of several combined sets are dealt out; everyone else trains in every fold.
 * - `leave-one-subject-out`: tests on `subject` (a person, or SFEW's film); validation are people of the rest.
 * - `by-angle`: trains and validates on some head angles, tests on others, and on other people; pictures of any other angle,
 *   of a tested person from the angles of training, and the reverse, are in no part.
 * - `cross-database`: trains and validates on some of several combined sets (`combineDatasets`), tests on others: on all of
 *   them, or on their own parts in `testSplits`. A set of training that states parts of its own keeps them, its test part unused.
 * - `hold-out`: `testShare` and `validationShare` of all, by subject. A `testShare` of 0, for a model that is measured elsewhere, leaves no test part.
 *
 * Parts are stratified by emotion as well as whole people allow. `expandFolds` lists a protocol's folds.
 */
export const splitProtocolSchema = z.discriminatedUnion('protocol', [
  z.strictObject({ protocol: z.literal('official') }),
  z.strictObject({ protocol: z.literal('by-gender'), train: z.enum(['female', 'male']), validationShare, seed }),
  z
    .strictObject({
      protocol: z.literal('k-fold'),
      k: z.int().min(2).max(10_000),
      fold: z.int().min(0).default(0),
      database: z.string().min(1).optional(),
      validationShare,
      unit,
      seed,
    })
    .refine(({ k, fold }) => fold < k, { path: ['fold'], error: 'folds count from 0 to k − 1' }),
  z.strictObject({
    protocol: z.literal('leave-one-subject-out'),
    /** Needed to split; `expandFolds` fills it in. */
    subject: z.string().min(1).optional(),
    validationShare,
    seed,
  }),
  z
    .strictObject({
      protocol: z.literal('hold-out'),
      validationShare: z.number().min(0).lt(1).default(0.1),
      testShare: z.number().min(0).lt(1).default(0.2),
      unit,
      seed,
    })
    .refine((shares) => shares.validationShare + shares.testShare < 1, {
      path: ['testShare'],
      error: 'validationShare and testShare together leave nothing for training',
    }),
  z
    .strictObject({
      protocol: z.literal('by-angle'),
      train: angles,
      test: angles,
      validationShare: z.number().min(0).lt(1).default(0.1),
      /** Of the people, the part that is tested on. */
      testShare: z.number().gt(0).lt(1).default(0.2),
      seed,
    })
    .refine((shares) => shares.validationShare + shares.testShare < 1, {
      path: ['testShare'],
      error: 'validationShare and testShare together leave nobody for training',
    }),
  z
    .strictObject({
      protocol: z.literal('cross-database'),
      train: databases,
      test: databases,
      testSplits: z
        .array(z.enum(['train', 'validation', 'test']))
        .min(1)
        .optional(),
      validationShare,
      unit,
      seed,
    })
    .refine(({ train, test }) => !train.some((name) => test.includes(name)), {
      path: ['test'],
      error: 'a data set is either trained or tested on',
    }),
]);

/** The names of the protocols. */
export const SPLIT_PROTOCOLS = splitProtocolSchema.options.map(({ shape }) => shape.protocol.value);

/** A protocol with its defaults filled in. */
export type SplitProtocol = z.output<typeof splitProtocolSchema>;
/** A protocol as it may be written: what has a default may be left out. */
export type SplitProtocolInput = z.input<typeof splitProtocolSchema>;
