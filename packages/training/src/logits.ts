import { InvalidConfigurationError } from '@mien/core';
import { model as createModel, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/**
 * The same network without the softmax at the end of each output; it shares the layers. A loss from logits is exact where probabilities underflow.
 * @throws {InvalidConfigurationError} when an output is not the softmax of something.
 */
export function withoutSoftmax(model: LayersModel): LayersModel {
  const outputs = model.outputs.map(({ sourceLayer, name }) => {
    const { activation } = sourceLayer.getConfig();
    const isSoftmax = sourceLayer.getClassName() === 'Softmax' || String(activation).endsWith('softmax');
    // A dense layer with softmax inside has features for its input, not logits.
    if (isSoftmax && sourceLayer.weights.length === 0) return sourceLayer.input as SymbolicTensor;
    throw new InvalidConfigurationError({
      expected: 'a model whose outputs are layers of their own that apply softmax',
      found: `${name} from a layer of type ${sourceLayer.getClassName()}`,
      fix: 'end the model in an activation layer with softmax',
      details: { output: name },
    });
  });
  return createModel({ inputs: model.inputs, outputs });
}
