import { z } from 'zod';
import { IBUG_POINTS } from '../landmarks/landmark-vectors.js';
import { LandmarkDistances } from '../layers/landmark-distances.js';
import type { Architecture } from './architecture.js';
import { NetworkBuilder } from './network-builder.js';

const optionsSchema = z.strictObject({
  /** Widths of the hidden layers. */
  hidden: z.array(z.number().int().positive()).default([64]),
  dropout: z.number().min(0).lt(1).default(0.3),
});

/**
 * Distances between facial landmarks into a multi-layer perceptron (after Konwar & Borah, who leave open which points; ours are in
 * `layers/landmark-distances.ts`). Input: `landmarkVector(landmarks)`, 136 values.
 */
export const landmarkMlp: Architecture<typeof optionsSchema> = {
  id: 'landmark-mlp',
  source: 'Konwar & Borah',
  tags: ['study', 'landmarks'],
  takes: 'landmarks',
  defaultInput: { height: 256, width: 256, channels: 1 },
  range: [-1, 1],
  classes: 7,
  options: optionsSchema,
  build({ classes, seed, options }) {
    const net = new NetworkBuilder({ seed, kernels: 'he-uniform' });
    const landmarks = net.vector('landmarks', IBUG_POINTS * 2);
    // Distances differ in size by a factor of 20; normalisation puts them on one scale.
    let x = net.batchNorm(net.apply(new LandmarkDistances({ name: 'distances' }), landmarks), 'distances_batch_norm');
    for (const [index, units] of options.hidden.entries()) {
      const name = `hidden${index + 1}`;
      x = net.dropout(net.relu(net.dense(x, name, units), `${name}_relu`), `${name}_dropout`, options.dropout);
    }
    return net.model(this.id, landmarks, net.softmax(net.dense(x, 'logits', classes)));
  },
};
