import { type Tensor, tensor1d, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { FlatVariables } from '../optimizers/flat-variables.js';

type Layer = LayersModel['layers'][number];
/** What the layer's own type hides. */
interface BatchNormalization extends Pick<Layer, 'name' | 'call'> {
  momentum: number;
  readonly movingMean: { read(): Tensor };
  readonly movingVariance: { read(): Tensor };
}

/** The model's batch-normalisation layers, those of models within it too. */
export function batchNormalizations(model: LayersModel): BatchNormalization[] {
  return model.layers.flatMap((layer: Layer) => {
    if ('layers' in layer) return batchNormalizations(layer as unknown as LayersModel);
    return layer.getClassName() === 'BatchNormalization' ? [layer as unknown as BatchNormalization] : [];
  });
}

/** The moving means and variances of the model's batch normalisation. */
export function movingStatistics(model: LayersModel): Variable[] {
  return batchNormalizations(model).flatMap(({ movingMean, movingVariance }) => [
    movingMean.read() as Variable,
    movingVariance.read() as Variable,
  ]);
}

/**
 * Measures the statistics of batch normalisation for weights that were averaged: the mean over the batches of each layer's own mean and
 * variance (Izmailov et al. 2018, algorithm 1, last line; PyTorch's `update_bn`). A model without batch normalisation stays as it is.
 * @param inputsOf the tensors for the model's inputs in a batch; called inside a `tidy`.
 */
export async function measureBatchStatistics(
  model: LayersModel,
  batches: number,
  inputsOf: (batch: number) => Tensor[],
): Promise<void> {
  const normalizations = batchNormalizations(model);
  if (normalizations.length === 0 || batches === 0) return;
  const statistics = new FlatVariables(movingStatistics(model));
  const momenta = normalizations.map(({ momentum }) => momentum);
  const sums = new Float64Array(statistics.size);
  try {
    // Of momentum 0, a layer's moving figures are the last batch's own.
    for (const layer of normalizations) layer.momentum = 0;
    for (let batch = 0; batch < batches; batch++) {
      const values = tidy(() => {
        model.apply(inputsOf(batch), { training: true });
        return statistics.read();
      });
      const measured = await values.data();
      for (const [index, value] of measured.entries()) sums[index] += value;
      values.dispose();
    }
  } finally {
    for (const [index, layer] of normalizations.entries()) layer.momentum = momenta[index];
  }
  const means = Float32Array.from(sums, (sum) => sum / batches);
  tidy(() => statistics.write(tensor1d(means)));
}
