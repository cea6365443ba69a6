import { createRandom } from '@mien/core';
import { initializers } from '@tensorflow/tfjs-layers';

type Initializer = ReturnType<typeof initializers.zeros>;

/**
 * How kernels begin: Glorot & Bengio 2010 (Keras's default), or He et al. 2015 (for ReLU without normalisation), both uniform: the variance
 * is exact, which TensorFlow.js's truncated normals are not. Or normal with a standard deviation of .01 (Krizhevsky et al. 2012, section 5).
 */
export type KernelDistribution = 'glorot-uniform' | 'he-uniform' | 'small-normal';

const CREATE: Readonly<Record<KernelDistribution, (seed: number) => Initializer>> = {
  'glorot-uniform': (seed) => initializers.glorotUniform({ seed }),
  'he-uniform': (seed) => initializers.heUniform({ seed }),
  'small-normal': (seed) => initializers.randomNormal({ mean: 0, stddev: 0.01, seed }),
};

/** Makes initializers, each with its own seed drawn from `seed`; without a seed all are 0, which costs next to nothing. */
export function createInitializers(seed: number | undefined): (distribution: KernelDistribution) => Initializer {
  if (seed === undefined) return () => initializers.zeros();
  const random = createRandom(seed, 'initial-weights');
  return (distribution) => CREATE[distribution](random.integer(1, 0x7fffffff));
}
