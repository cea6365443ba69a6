import { z } from 'zod';

const probability = z.number().min(0).max(1);

/** What the training loop does to each picture anew in every epoch. Everything is off by default; unknown keys are errors. */
export const augmentationSchema = z.strictObject({
  /** Probability of mirroring left and right. */
  flip: probability.default(0),
  /** Degrees, drawn evenly from ± this. */
  rotation: z.number().min(0).max(180).default(0),
  /** Share of the width and of the height, each drawn evenly from ± this. */
  shift: z.number().min(0).max(1).default(0),
  /** Factor drawn evenly between the two; above 1 enlarges the face. */
  zoom: z
    .strictObject({ minimum: z.number().min(0.1).max(10).default(1), maximum: z.number().min(0.1).max(10).default(1) })
    .refine(({ minimum, maximum }) => minimum <= maximum, 'minimum is above maximum')
    .prefault({}),
  /** Share of the whole range (0..255) added, drawn evenly from ± this. */
  brightness: z.number().min(0).max(1).default(0),
  /** Distance from mid-grey is multiplied by 1 ± this, drawn evenly. */
  contrast: z.number().min(0).max(1).default(0),
  /** Random erasing (Zhong et al. 2020): a rectangle of one random level, its area a share of the picture, its aspect .3 to 3.3. */
  erase: z
    .strictObject({
      probability: probability.default(0),
      minimum: z.number().min(0).max(1).default(0.02),
      maximum: z.number().min(0).max(1).default(0.2),
    })
    .refine(({ minimum, maximum }) => minimum <= maximum, 'minimum is above maximum')
    .prefault({}),
});

export type Augmentation = z.output<typeof augmentationSchema>;
export type AugmentationInput = z.input<typeof augmentationSchema>;
