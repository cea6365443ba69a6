import { createRandom } from '@mien/core';
import { initializers } from '@tensorflow/tfjs-layers';

type Initializer = ReturnType<typeof initializers.zeros>;

/**
 * How kernels begin: Glorot & Bengio 2010 (Keras's default), or He et al. 2015 (for ReLU without normalisation). Both uniform: the variance
 * is exact, which TensorFlow.js's truncated normals are not.
 */
export type KernelDistribution = 'glorot-uniform' | 'he-uniform';

/** A source of initializers, each with its own seed drawn from `seed`; without a seed all are 0, which costs next to nothing. */
export function createInitializers(seed: number | undefined, distribution: KernelDistribution): () => Initializer {
  if (seed === undefined) return () => initializers.zeros();
  const random = createRandom(seed, 'initial-weights');
  const create = distribution === 'glorot-uniform' ? initializers.glorotUniform : initializers.heUniform;
  return () => create({ seed: random.integer(1, 0x7fffffff) });
}
