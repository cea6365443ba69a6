import { InvalidConfigurationError } from '@mien/core';
import type { ModelBundle } from '@mien/model-zoo';

/** Sizes at which a picture is searched: faces from about a fiftieth of its longer side up are found. */
const SIZES = [192, 512, 1024];

/**
 * A bundle that also finds small faces, which takes many times as long: its detector searches pictures at larger sizes too.
 * @throws {InvalidConfigurationError} when its detector is not the CNN.
 */
export function findingSmallFaces(bundle: ModelBundle): ModelBundle {
  let changed = 0;
  const pipeline = bundle.card.pipeline.map((step) => {
    const detector = step.detector as { readonly type?: string } | undefined;
    if (detector?.type !== 'cnn') return step;
    changed++;
    return { ...step, detector: { ...detector, inputSizes: SIZES } };
  });
  if (changed > 0) return { ...bundle, card: { ...bundle.card, pipeline } };
  throw new InvalidConfigurationError({
    expected: `a bundle whose faces are found by the CNN, for small faces`,
    found: `${bundle.card.name}, whose pipeline has none`,
    fix: 'use another bundle, or leave the option out',
  });
}
