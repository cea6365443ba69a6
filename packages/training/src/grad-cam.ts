import { InvalidConfigurationError } from '@mien/core';
import {
  add,
  cast,
  clone,
  div,
  grads,
  keep,
  max,
  maximum,
  mean,
  mul,
  oneHot,
  relu,
  scalar,
  sum,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { fillBatch } from './batches.js';
import { createLogitsModel } from './logits.js';
import { createInputs, type TrainingSource } from './source.js';

/** Where a network looked, one map a picture. */
export interface HeatMaps {
  /** `[n, height, width]`, 0..1; each map's largest value is 1 (a map may be 0 everywhere). */
  readonly values: Float32Array;
  /** Of the layer that was looked at, not of the picture. */
  readonly height: number;
  readonly width: number;
}

export interface GradCamOptions {
  /** The class that each map is for, in the order of `indices`. */
  readonly classes: readonly number[];
  /** A layer whose output is `[batch, height, width, channels]`; default: the last one of five pixels or more a side,
   * else the last one of more than one. */
  readonly layer?: string;
}

/**
 * Grad-CAM (Selvaraju et al. 2017, arXiv 1610.02391, equations 1 and 2): a layer's maps, each weighted by the mean gradient of the class's
 * logit with respect to it, added up, and only what speaks for the class.
 * @throws {InvalidConfigurationError} when the layer is not there or has no maps.
 */
export async function gradCam(
  model: LayersModel,
  source: TrainingSource,
  { classes, layer: name }: GradCamOptions,
): Promise<HeatMaps> {
  const layer = findLayer(model, name);
  const [, height, width] = (layer.output as SymbolicTensor).shape as number[];
  const logitsModel = createLogitsModel(model);
  const count = model.outputs[0].shape[1] as number;
  const { pictures } = fillBatch({ ...source, classes: count }, source.indices);
  const call = layer.call;
  const heat = tidy(() => {
    const wanted = cast(oneHot(tensor1d([...classes], 'int32'), count), 'float32');
    const inputs = createInputs(model, source, pictures, source.indices);
    let maps: Tensor | undefined;
    // The gradient with respect to something that is added to the maps and is 0 is the gradient with respect to the maps.
    const scoreOf = (addition: Tensor) => {
      layer.call = (...given) => {
        const sum = add(call.apply(layer, given) as Tensor, addition);
        // A copy: the model gives back what its layers have used.
        maps = keep(clone(sum));
        return sum;
      };
      return sum(mul(logitsModel.apply(inputs, { training: false }) as Tensor, wanted));
    };
    const shape = [source.indices.length, ...((layer.output as SymbolicTensor).shape.slice(1) as number[])];
    try {
      const [gradient] = grads(scoreOf)([zeros(shape)]);
      const weights = mean(gradient, [1, 2], true);
      const positive = relu(sum(mul(maps as Tensor4D, weights), 3));
      return div(positive, maximum(max(positive, [1, 2], true), scalar(1e-12)));
    } finally {
      maps?.dispose();
      // What was put on the layer hides its class's method.
      delete (layer as { call?: unknown }).call;
    }
  });
  const values = Float32Array.from(await heat.data());
  heat.dispose();
  return { values, height, width };
}

/** Maps of fewer pixels a side say little of where. */
const FINE_ENOUGH = 5;

function findLayer(model: LayersModel, name: string | undefined) {
  const isMap =
    (side: number) =>
    ({ output }: LayersModel['layers'][number]) => {
      const shape = Array.isArray(output) ? [] : output.shape;
      return shape.length === 4 && Math.min(shape[1] as number, shape[2] as number) >= side;
    };
  const maps = model.layers.filter(isMap(2));
  const layer =
    name === undefined ? (maps.findLast(isMap(FINE_ENOUGH)) ?? maps.at(-1)) : maps.find((own) => own.name === name);
  if (layer) return layer;
  throw new InvalidConfigurationError({
    expected: 'a layer whose output has height, width and channels',
    found: name === undefined ? 'none in the model' : `"${name}"`,
    fix: `name one of ${maps
      .map((own) => own.name)
      .slice(-5)
      .join(', ')}`,
    details: { layer: name },
  });
}
