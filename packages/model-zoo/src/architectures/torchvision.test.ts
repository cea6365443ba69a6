import '@tensorflow/tfjs-backend-cpu';
import { memory, ready, setBackend, type Tensor, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeModel } from '../counting.js';
import counts from '../fixtures/torchvision-counts.json' with { type: 'json' };
import outputs from '../fixtures/torchvision-outputs.json' with { type: 'json' };
import { writeWeights } from '../weights.js';
import { buildModel } from './registry.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

/** torchvision's names of variants that here are options. */
const VARIANTS: Readonly<Record<string, { id: string; options: Record<string, unknown> }>> = {
  vgg11_bn: { id: 'vgg11', options: { batchNorm: true } },
  googlenet_aux: { id: 'googlenet', options: { auxiliaryHeads: true } },
};

/** What the script that made the outputs changed for speed, or asked for. */
const OUTPUT_OPTIONS: Readonly<Record<string, Record<string, unknown>>> = {
  alexnet: { units: 64 },
  googlenet: { auxiliaryHeads: true },
};

test('with 1,000 classes the networks have the parameters and multiply-adds of torchvision’s', () => {
  const before = memory().numTensors;
  for (const [name, { trainable, total, multiplyAdds }] of Object.entries(counts.networks)) {
    const description = describeModel({ ...(VARIANTS[name] ?? { id: name }), classes: 1000 });
    expect({ name, ...description }).toMatchObject({ name, parameters: { trainable, total }, multiplyAdds });
  }
  expect(memory().numTensors).toBe(before);
});

/** The rule of torchvision-reference.py. */
function fillByRule(name: string, shape: readonly number[]): Float32Array<ArrayBuffer> {
  const weight = name.slice(name.lastIndexOf('/') + 1);
  const start = [...name].reduce((number, character) => (number * 31 + character.charCodeAt(0)) % 65_521, 0);
  const fanIn = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const rules: Readonly<Record<string, [offset: number, scale: number]>> = {
    kernel: [0, Math.sqrt(6 / fanIn)],
    bias: [0, 0.1],
    gamma: [1, 0.3],
    beta: [0, 0.1],
    moving_mean: [0, 0.1],
    moving_variance: [1, 0.3],
  };
  const [offset, scale] = rules[weight] ?? [0, 0];
  return Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, place) => {
    const noise = Math.sin((place + start) * 12.9898) * 43_758.5453;
    return offset + scale * (2 * (noise - Math.floor(noise)) - 1);
  });
}

function pictures(side: number): Tensor4D {
  const values = new Float32Array(2 * side * side * 3);
  let place = 0;
  for (let index = 0; index < 2; index++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        for (let channel = 0; channel < 3; channel++) {
          values[place++] = Math.sin((x * (index + 1) + channel) / 5) * Math.cos((y * (index + 2)) / 7);
        }
      }
    }
  }
  return tensor4d(values, [2, side, side, 3]);
}

describe('with the same weights the networks answer as torchvision’s', () => {
  test.each(Object.entries(outputs))('%s', (id, { side, probabilities }) => {
    const options = OUTPUT_OPTIONS[id] ?? {};
    const model = buildModel({ id, options, classes: 10, input: { height: side, width: side, channels: 3 } });
    const weights = model.weights.map(({ originalName, shape }) => {
      const sizes = shape as number[];
      return [originalName, { dtype: 'F32', shape: sizes, data: fillByRule(originalName, sizes) }] as const;
    });
    writeWeights(model, Object.fromEntries(weights));
    const actual = tidy(() =>
      [model.predict(pictures(side)) as Tensor | Tensor[]].flat().map((output) => output.arraySync() as number[][]),
    );
    model.dispose();
    expect(actual).toHaveLength(probabilities.length);
    probabilities.flat(2).forEach((expected, index) => {
      expect(actual.flat(2)[index]).toBeCloseTo(expected, 3);
    });
  });
});
