import { modelCardSchema } from '@mien/core';

/**
 * Whether the bundle of this card finds faces by Haar cascades: that is what a detector is, also without a `type`, unless it is the CNN
 * (`detectorOptionsSchema` of @mien/faces).
 */
export function needsOpenCv(card: unknown): boolean {
  const steps = modelCardSchema.safeParse(card).data?.pipeline ?? [];
  return steps.some(
    ({ step, detector }) =>
      (step === 'crop-face' || step === 'detect-face') && (detector as { type?: unknown } | undefined)?.type !== 'cnn',
  );
}
