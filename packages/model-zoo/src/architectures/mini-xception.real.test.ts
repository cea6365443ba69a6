import '@tensorflow/tfjs-backend-cpu';
import { join } from 'node:path';
import type { SafetensorsTensor } from '@mien/core';
import { ready, setBackend, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import h5wasm from 'h5wasm/node';
import { expect, test } from 'vitest';
import reference from '../fixtures/mini-xception-reference.json' with { type: 'json' };
import { writeWeights } from '../weights.js';
import { buildModel } from './registry.js';

const data = process.env.MIEN_REAL_DATA;

/** The author's layer for each of ours: Keras numbers layers of a kind in the order they were made. */
function publishedName(ours: string): [layer: string, weight: string] {
  const [layer, weight] = ours.split('/');
  const stem = /^stem_conv(\d)(_batch_norm)?$/.exec(layer);
  if (stem) return [stem[2] ? `batch_normalization_${stem[1]}` : `conv2d_${stem[1]}`, weight];
  if (layer === 'class_maps') return ['conv2d_7', weight];
  const [, module, part, norm] = /^module(\d)_(shortcut|separable1|separable2)(_batch_norm)?$/.exec(layer)!;
  const index = Number(module) - 1;
  const place = ['shortcut', 'separable1', 'separable2'].indexOf(part);
  if (norm) return [`batch_normalization_${3 + 3 * index + place}`, weight];
  return [place === 0 ? `conv2d_${3 + index}` : `separable_conv2d_${2 * index + place}`, weight];
}

test.skipIf(!data)("the author's weights give the outputs that PyTorch gives, within 1e-4", async () => {
  await setBackend('cpu');
  await ready();
  await h5wasm.ready;
  const file = new h5wasm.File(join(data!, 'peers', 'fer2013_mini_XCEPTION.102-0.66.hdf5'), 'r');
  const model = buildModel({ id: 'mini-xception', classes: 7, seed: 1 });
  const weights: Record<string, SafetensorsTensor> = {};
  for (const variable of model.weights) {
    const [layer, weight] = publishedName(variable.originalName);
    const dataset = file.get(`model_weights/${layer}/${layer}_1/${weight}:0`) as InstanceType<typeof h5wasm.Dataset>;
    weights[variable.originalName] = {
      dtype: 'F32',
      shape: dataset.shape!,
      data: Float32Array.from(dataset.value as Float32Array),
    };
  }
  file.close();
  writeWeights(model, weights);
  const count = reference.probabilities.length;
  const pictures = new Float32Array(count * 64 * 64);
  for (let index = 0; index < count; index++) {
    for (let y = 0; y < 64; y++) {
      for (let x = 0; x < 64; x++) {
        pictures[(index * 64 + y) * 64 + x] =
          Math.sin((x * (index + 1) + 3 * index) / 7) * Math.cos((y * (index + 2)) / 11);
      }
    }
  }
  const output = model.predict(tensor4d(pictures, [count, 64, 64, 1])) as Tensor;
  const actual = await output.data();
  reference.probabilities.flat().forEach((expected, index) => {
    expect(Math.abs(actual[index] - expected)).toBeLessThan(1e-4);
  });
});
