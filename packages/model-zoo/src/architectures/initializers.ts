import { createRandom } from '@mien/core';
import { initializers } from '@tensorflow/tfjs-layers';

type Initializer = ReturnType<typeof initializers.glorotUniform>;

/** A source of Glorot-uniform initializers (Glorot & Bengio 2010), each with its own seed drawn from `seed`. */
export function createInitializers(seed: number): () => Initializer {
  const random = createRandom(seed, 'initial-weights');
  return () => initializers.glorotUniform({ seed: random.integer(1, 0x7fffffff) });
}
