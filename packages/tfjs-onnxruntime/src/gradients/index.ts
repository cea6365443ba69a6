import { type GradConfig, getBackend, getGradient, registerGradient, unregisterGradient } from '@tensorflow/tfjs-core';
import { BACKEND_NAME } from '../name.js';
import { batchNormGradient } from './batch-norm.js';
import type { GradientOverride } from './gradient-override.js';
import { meanGradient, sumGradient } from './reductions.js';

const OVERRIDES: readonly GradientOverride[] = [meanGradient, sumGradient, batchNormGradient];

const installed = new Map<string, GradConfig>();

/**
 * Puts this backend's gradients before TensorFlow.js's. Other backends keep theirs: the choice is made when a gradient
 * is computed. May be called again: tfjs-layers registers all gradients anew when it is imported later.
 */
export function installGradients(): void {
  for (const { kernelName, gradient, applies } of OVERRIDES) {
    const original = getGradient(kernelName);
    if (original === undefined || original === installed.get(kernelName)) continue;
    const config: GradConfig = {
      ...original,
      gradFunc: (dy, saved, attributes) =>
        getBackend() === BACKEND_NAME && !Array.isArray(dy) && applies?.(saved) !== false
          ? gradient(dy, saved, attributes)
          : original.gradFunc(dy, saved, attributes),
    };
    installed.set(kernelName, config);
    unregisterGradient(kernelName);
    registerGradient(config);
  }
}
