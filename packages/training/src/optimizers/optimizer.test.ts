import '@tensorflow/tfjs-backend-cpu';
// Registers the gradients of the core's operations.
import '@tensorflow/tfjs-layers';
import {
  add,
  dispose,
  memory,
  mul,
  ready,
  reshape,
  type Scalar,
  setBackend,
  slice,
  square,
  sub,
  sum,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import references from '../fixtures/torch-references.json' with { type: 'json' };
import { adamW } from './adamw.js';
import { optimizerSchema } from './create-rule.js';
import { Optimizer, type OptimizerOptions, type UpdateRule } from './optimizer.js';
import { sgd } from './sgd.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const adam = adamW({ beta1: 0.9, beta2: 0.99, epsilon: 1e-7, weightDecay: 0.1 });
const nesterov = sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.1 });

/** The problem of the references: a kernel and a bias under a falling rate. */
function createProblem(rule: UpdateRule, options?: OptimizerOptions) {
  const kernel = tidy(() => variable(tensor2d([0.5, -1, 2, 0.1, 0, -0.3], [2, 3])));
  const bias = tidy(() => variable(tensor1d([0.2, -0.4])));
  const optimizer = new Optimizer([kernel, bias], rule, options);
  const step = (index: number) =>
    tidy(() => {
      const { grads } = variableGrads(() => {
        const column = reshape(slice(kernel as Tensor2D, [0, 0], [2, 1]), [2]);
        const loss = add(mul(sum(square(kernel)), 0.5), add(sum(mul(column, bias)), sum(square(sub(bias, 1)))));
        return loss as Scalar;
      }, [kernel, bias]);
      optimizer.apply([grads[kernel.name], grads[bias.name]], 0.05 / (index + 1));
    });
  return {
    kernel,
    bias,
    optimizer,
    step,
    dispose: () => {
      optimizer.dispose();
      dispose([kernel, bias]);
    },
  };
}

const cases: [keyof typeof references.optimizers, UpdateRule, OptimizerOptions?][] = [
  ['adamw', adam],
  ['adamw, clipped', adam, { clipNorm: 0.5 }],
  ['adamw, rates', adam, { rates: [0.1, 2] }],
  ['sgd', sgd({ momentum: 0, nesterov: false, weightDecay: 0.1 })],
  ['momentum', sgd({ momentum: 0.9, nesterov: false, weightDecay: 0.1 })],
  ['nesterov', nesterov],
  ['nesterov, clipped', nesterov, { clipNorm: 0.5 }],
];

describe.each(cases)('%s', (name, rule, options) => {
  test('six steps give what PyTorch gives', () => {
    const problem = createProblem(rule, options);
    references.optimizers[name].forEach((expected, index) => {
      problem.step(index);
      const values = [...problem.kernel.dataSync(), ...problem.bias.dataSync()];
      [...expected.kernel, ...expected.bias].forEach((value, place) => {
        expect(values[place]).toBeCloseTo(value, 5);
      });
    });
    problem.dispose();
  });

  test('restored, it goes on bit for bit, and no tensor is left', async () => {
    const before = memory().numTensors;
    const whole = createProblem(rule, options);
    const first = createProblem(rule, options);
    for (let index = 0; index < 6; index++) whole.step(index);
    for (let index = 0; index < 3; index++) first.step(index);
    const second = createProblem(rule, options);
    second.optimizer.restore(await first.optimizer.state());
    second.kernel.assign(first.kernel);
    second.bias.assign(first.bias);
    for (let index = 3; index < 6; index++) second.step(index);
    expect(second.kernel.dataSync()).toEqual(whole.kernel.dataSync());
    expect(second.bias.dataSync()).toEqual(whole.bias.dataSync());
    expect(second.optimizer.steps).toBe(6);
    for (const problem of [whole, first, second]) problem.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

test('the state of another model or another rule is refused', async () => {
  const other = new Optimizer([variable(tensor1d([1]))], adam);
  const state = await other.state();
  expect(() => createProblem(adam).optimizer.restore(state)).toThrow(/8 values/);
  expect(() => createProblem(nesterov).optimizer.restore(state)).toThrow(/"velocity".*optimizer\/mean/);
});

test('an optimizer without a type is AdamW; unknown keys and unknown types are errors', () => {
  expect(optimizerSchema.parse({ weightDecay: 0.1 })).toMatchObject({ type: 'adamw', beta1: 0.9, weightDecay: 0.1 });
  expect(optimizerSchema.parse({ type: 'sgd' })).toMatchObject({ momentum: 0.9, nesterov: false });
  expect(() => optimizerSchema.parse({ type: 'sgd', beta1: 0.9 })).toThrow(/beta1/);
  expect(() => optimizerSchema.parse({ type: 'rprop' })).toThrow(/type/);
});
