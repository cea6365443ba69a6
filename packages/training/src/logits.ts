import { InvalidConfigurationError } from '@mien/core';
import { model as createModel, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/**
 * The same network up to what goes into the softmax of its first output, sharing its layers: a loss from logits is exact where
 * probabilities underflow. The layers in `also` are further
 * outputs, but for the one whose output is the first already.
 * @throws {InvalidConfigurationError} when the first output is not the softmax of something.
 */
export function createLogitsModel(model: LayersModel, also: readonly string[] = []): LayersModel {
  const { sourceLayer, name } = model.outputs[0];
  const isSoftmax =
    sourceLayer.getClassName() === 'Softmax' || String(sourceLayer.getConfig().activation).endsWith('softmax');
  // A dense layer with softmax inside has features for its input, not logits.
  if (!isSoftmax || sourceLayer.weights.length > 0) {
    throw new InvalidConfigurationError({
      expected: 'a model whose first output is a layer of its own that applies softmax',
      found: `${name} from a layer of type ${sourceLayer.getClassName()}`,
      fix: 'end the model in an activation layer with softmax',
      details: { output: name },
    });
  }
  const outputs = [sourceLayer.input, ...also.map((layer) => model.getLayer(layer).output)] as SymbolicTensor[];
  return createModel({ inputs: model.inputs, outputs: [...new Set(outputs)] });
}
