import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Architecture } from './architecture.js';
import { addAppearanceLogits, sequenceOptions } from './dtan.js';
import { addGeometryLogits, trajectoryLength } from './dtgn.js';
import { NetworkBuilder } from './network-builder.js';

/** The layers that joint fine-tuning trains: the last of each network. */
const LAST_LAYERS: readonly string[] = ['appearance_logits', 'geometry_logits'];

/**
 * DTAN and DTGN joined (Jung et al. 2015, ICCV, section 3.3): the sum of their logits decides. Its layers have the names that they have in `dtan` and `dtgn`:
 * train those, `carryWeights` from both into this, `freezeForJointFineTuning`, and train with the three losses of `lossHeads`. Two inputs:
 * the frames, then the landmarks.
 */
export const dtagn: Architecture<typeof sequenceOptions> = {
  id: 'dtagn',
  source: 'Jung et al. 2015, ICCV',
  tags: ['study', 'sequence', 'landmarks', 'joint-fine-tuning'],
  takes: 'frames-and-landmarks',
  defaultInput: { height: 64, width: 64, channels: 1 },
  range: [-1, 1],
  classes: 7,
  options: sequenceOptions,
  build({ input, classes, seed, options }) {
    const { frames: count, dropout } = options;
    const net = new NetworkBuilder({ seed, kernels: 'he-uniform' });
    const frames = net.picture(input, count);
    const landmarks = net.vector('landmarks', trajectoryLength(count));
    const appearance = addAppearanceLogits(net, frames, classes, dropout);
    const geometry = addGeometryLogits(net, landmarks, classes, dropout);
    const joint = net.add([appearance, geometry], 'joint_logits');
    return net.model(this.id, [frames, landmarks], net.softmax(joint));
  },
  lossHeads: () => [
    { layer: 'appearance_logits', weight: 1 },
    { layer: 'geometry_logits', weight: 1 },
    { layer: 'joint_logits', weight: 0.1 },
  ],
};

/** Freezes all layers of a DTAGN but the last of its two networks. */
export function freezeForJointFineTuning(model: LayersModel): void {
  for (const layer of model.layers) layer.trainable = LAST_LAYERS.includes(layer.name);
}
