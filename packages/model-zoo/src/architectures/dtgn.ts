import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { INNER_POINTS } from '../landmarks/landmark-vectors.js';
import type { Architecture } from './architecture.js';
import { sequenceOptions } from './dtan.js';
import { NetworkBuilder } from './network-builder.js';

/**
 * The deep temporal geometry network (Jung et al. 2015, ICCV, section 3.2): the trajectories of 49 landmarks over the frames of a sequence, dense layers of 100 and
 * 600. Input: `trajectoryVector(landmarks)`, 98 values a frame.
 */
export const dtgn: Architecture<typeof sequenceOptions> = {
  id: 'dtgn',
  source: 'Jung et al. 2015, ICCV',
  tags: ['study', 'sequence', 'landmarks'],
  takes: 'landmarks',
  defaultInput: { height: 64, width: 64, channels: 1 },
  range: [-1, 1],
  classes: 7,
  options: sequenceOptions,
  build({ classes, seed, options }) {
    const net = new NetworkBuilder({ seed, kernels: 'he-uniform' });
    const landmarks = net.vector('landmarks', trajectoryLength(options.frames));
    return net.model(this.id, landmarks, net.softmax(addGeometryLogits(net, landmarks, classes, options.dropout)));
  },
};

/** How many values the landmarks of so many frames are. */
export function trajectoryLength(frames: number): number {
  return frames * INNER_POINTS.length * 2;
}

/** All of DTGN up to its logits. */
export function addGeometryLogits(net: NetworkBuilder, landmarks: SymbolicTensor, classes: number, dropout: number) {
  let x = landmarks;
  for (const [index, units] of [100, 600].entries()) {
    const name = `geometry_dense${index + 1}`;
    x = net.dropout(net.relu(net.dense(x, name, units), `${name}_relu`), `${name}_dropout`, dropout);
  }
  return net.dense(x, 'geometry_logits', classes);
}
