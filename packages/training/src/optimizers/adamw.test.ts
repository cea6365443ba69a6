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
import { beforeAll, expect, test } from 'vitest';
import reference from '../fixtures/adamw-reference.json' with { type: 'json' };
import { AdamW } from './adamw.js';

beforeAll(async () => {
  await setBackend('cpu');
  await ready();
});

const options = { beta1: 0.9, beta2: 0.99, epsilon: 1e-7, weightDecay: 0.1 };

function createProblem() {
  const kernel = tidy(() => variable(tensor2d([0.5, -1, 2, 0.1, 0, -0.3], [2, 3])));
  const bias = tidy(() => variable(tensor1d([0.2, -0.4])));
  const optimizer = new AdamW([kernel, bias], options);
  const step = (index: number) =>
    tidy(() => {
      const { grads } = variableGrads(() => {
        const column = reshape(slice(kernel as Tensor2D, [0, 0], [2, 1]), [2]);
        const loss = add(mul(sum(square(kernel)), 0.5), add(sum(mul(column, bias)), sum(square(sub(bias, 1)))));
        return loss as Scalar;
      }, [kernel, bias]);
      optimizer.apply([grads[kernel.name], grads[bias.name]], 0.05 / (index + 1));
    });
  return { kernel, bias, optimizer, step, dispose: () => dispose([kernel, bias]) };
}

test("six steps give what PyTorch's AdamW gives", () => {
  const { kernel, bias, step } = createProblem();
  reference.forEach((expected, index) => {
    step(index);
    const values = [...kernel.dataSync(), ...bias.dataSync()];
    [...expected.kernel, ...expected.bias].forEach((value, place) => {
      expect(values[place]).toBeCloseTo(value, 5);
    });
  });
});

test('a restored optimizer goes on bit for bit, and no tensor is left', async () => {
  const before = memory().numTensors;
  const whole = createProblem();
  const first = createProblem();
  for (let index = 0; index < 6; index++) whole.step(index);
  for (let index = 0; index < 3; index++) first.step(index);
  const second = createProblem();
  second.optimizer.restore(await first.optimizer.state());
  second.kernel.assign(first.kernel);
  second.bias.assign(first.bias);
  for (let index = 3; index < 6; index++) second.step(index);
  expect(second.kernel.dataSync()).toEqual(whole.kernel.dataSync());
  expect(second.bias.dataSync()).toEqual(whole.bias.dataSync());
  for (const problem of [whole, first, second]) {
    problem.optimizer.dispose();
    problem.dispose();
  }
  expect(memory().numTensors).toBe(before);
});

test('the state of another model is refused', async () => {
  const other = variable(tensor1d([1]));
  const state = await new AdamW([other], options).state();
  expect(() => createProblem().optimizer.restore(state)).toThrow(/8 values/);
});
