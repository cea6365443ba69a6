import { createRandom, InvalidConfigurationError, type PixelImage } from '@mien/core';
import { z } from 'zod';
import { augmentInto } from '../augmentation/augment.js';
import { augmentationSchema, mixesSamples } from '../augmentation/augmentation-schema.js';

/** Offline augmentation: changed copies of each picture, written to the tensor set beside it. */
export const augmentedCopiesSchema = z.strictObject({
  /** Copies of each picture of the training part, and of each that names no part. */
  copies: z.number().int().min(1).max(100),
  seed: z.number().int().default(1),
  /** What changes them. Mixing needs another sample at hand: it is done in training. */
  with: augmentationSchema.refine(
    (options) => !mixesSamples(options),
    'mixup and cutmix are for training, not for copies on disk',
  ),
});

export type AugmentedCopies = z.output<typeof augmentedCopiesSchema>;
export type AugmentedCopiesInput = z.input<typeof augmentedCopiesSchema>;

/** @throws {InvalidConfigurationError} naming the option. */
export function parseAugmentedCopies(input: AugmentedCopiesInput): AugmentedCopies {
  const parsed = augmentedCopiesSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new InvalidConfigurationError({
    expected: 'copies, seed and "with" (what changes the copies) for augmentation on disk',
    found: `${path.join('.') || 'the options'}: ${message}`,
    fix: 'correct it; augmentationSchema of @mien/preprocessing lists what "with" may say',
    details: { issues: parsed.error.issues },
    cause: parsed.error,
  });
}

/** A changed copy; it depends on the seed, the sample's id and the copy's number (from 1) alone. */
export function makeCopy(
  image: PixelImage,
  id: string,
  copy: number,
  { seed, with: options }: AugmentedCopies,
): PixelImage {
  const levels = new Float32Array(image.data.length);
  const random = createRandom(seed, 'augmented-copy', id, copy);
  augmentInto(levels, 0, image.data, 0, image, options, random, [0, 255]);
  const data = Uint8Array.from(levels, (level) => Math.round(level));
  return { width: image.width, height: image.height, channels: image.channels, data };
}
