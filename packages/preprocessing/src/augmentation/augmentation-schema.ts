import { z } from 'zod';

const probability = z.number().min(0).max(1);

/** A range with its limits, checked. */
function range(limits: { minimum: number; maximum: number }, defaults: { minimum: number; maximum: number }) {
  const bound = z.number().min(limits.minimum).max(limits.maximum);
  return z
    .strictObject({ minimum: bound.default(defaults.minimum), maximum: bound.default(defaults.maximum) })
    .refine(({ minimum, maximum }) => minimum <= maximum, 'minimum is above maximum')
    .prefault({});
}

/**
 * What is done to each picture anew in every epoch (or written to disk: see `preprocessDataset`). Everything is off by default; unknown
 * keys are errors. Published recipes for faces: Arriaga et al. 2017 flip .5, rotation 10, shift .1, zoom .9–1.1; Barsoum et al. 2016
 * (FER+) flip .5, rotation 20, shift .08, zoom 1/1.05–1.05, shear .05.
 */
export const augmentationSchema = z
  .strictObject({
    /** Probability of mirroring left and right. */
    flip: probability.default(0),
    /** Degrees, drawn evenly from ± this. */
    rotation: z.number().min(0).max(180).default(0),
    /** Share of the width and of the height, each drawn evenly from ± this. */
    shift: z.number().min(0).max(1).default(0),
    /** Factor drawn evenly between the two; above 1 enlarges the face. */
    zoom: range({ minimum: 0.1, maximum: 10 }, { minimum: 1, maximum: 1 }),
    /** Width over height is multiplied by a factor between 1 / (1 + this) and 1 + this, drawn evenly in the logarithm. */
    aspect: z.number().min(0).max(1).default(0),
    /** Tangent of the slant, along x and along y, each drawn evenly from ± this. */
    shear: z.number().min(0).max(0.5).default(0),
    /** Each corner moves by up to this share of the width and of the height, drawn evenly: the view from another place. */
    perspective: z.number().min(0).max(0.25).default(0),
    /**
     * Elastic distortion: the nodes of a coarse grid move by a normal amount, in between the way is smooth (bicubic), as in Ronneberger
     * et al. 2015 (section 3.1), after Simard et al. 2003.
     */
    elastic: z
      .strictObject({
        /** Standard deviation of a node's way, in shares of the picture's side. */
        strength: z.number().min(0).max(0.1).default(0),
        /** Cells of the grid along a side. */
        cells: z.number().int().min(1).max(16).default(3),
      })
      .prefault({}),
    /** Share of the whole range (0..255) added, drawn evenly from ± this. */
    brightness: z.number().min(0).max(1).default(0),
    /** Distance from mid-grey is multiplied by 1 ± this, drawn evenly. */
    contrast: z.number().min(0).max(1).default(0),
    /** Normal noise on every level; its standard deviation, in shares of the whole range, is drawn evenly from 0 to this. */
    noise: z.number().min(0).max(1).default(0),
    /** Random erasing (Zhong et al. 2020): a rectangle of one random level, its area a share of the picture, its aspect .3 to 3.3. */
    erase: z
      .strictObject({
        probability: probability.default(0),
        minimum: z.number().min(0).max(1).default(0.02),
        maximum: z.number().min(0).max(1).default(0.2),
      })
      .refine(({ minimum, maximum }) => minimum <= maximum, 'minimum is above maximum')
      .prefault({}),
    /** mixup (Zhang et al. 2018): a weighted mean with another sample and of the labels; the weight from Beta(alpha, alpha). */
    mixup: z
      .strictObject({
        probability: probability.default(0),
        /** The paper finds .1 to .4 good on ImageNet. */
        alpha: z.number().positive().max(10).default(0.2),
      })
      .prefault({}),
    /** CutMix (Yun et al. 2019): a rectangle comes from another sample, and of the label as much as of the area. */
    cutmix: z
      .strictObject({
        probability: probability.default(0),
        /** The paper's. */
        alpha: z.number().positive().max(10).default(1),
      })
      .prefault({}),
  })
  .refine(({ mixup, cutmix }) => mixup.probability + cutmix.probability <= 1, {
    path: ['cutmix', 'probability'],
    message: 'a sample is mixed in one way at most: the probabilities of mixup and cutmix may sum to 1',
  });

export type Augmentation = z.output<typeof augmentationSchema>;
export type AugmentationInput = z.input<typeof augmentationSchema>;

/** Whether any of it mixes samples, so that labels become distributions. */
export function mixesSamples({ mixup, cutmix }: Augmentation): boolean {
  return mixup.probability + cutmix.probability > 0;
}
