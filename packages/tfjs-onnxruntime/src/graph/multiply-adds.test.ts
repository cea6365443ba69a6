import { expect, it } from 'vitest';
import type { Attributes, Value } from './graph.js';
import { multiplyAddsOf, typicalOperationOf } from './multiply-adds.js';
import { Recording } from './recording.js';

const window = { kernel: [3, 3], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 1, 1], channelsFirst: false };

function workOf(op: string, inputShapes: number[][], shape: number[], attributes: Attributes = {}): number {
  const recording = new Recording();
  const inputs: Value[] = inputShapes.map((input) => recording.leaf(input, 'float32'));
  return multiplyAddsOf(recording.add(op, inputs, attributes, [{ shape, dtype: 'float32' }]));
}

// He et al. 2016, arXiv 1512.03385, section 4.2, counts multiply-adds in this way
it('a convolution and its gradients have a multiply-add for each weight and position', () => {
  const [x, filter, dy] = [
    [2, 8, 8, 3],
    [3, 3, 3, 5],
    [2, 4, 4, 5],
  ];
  const expected = 2 * 4 * 4 * 3 * 3 * 3 * 5;
  expect(workOf('Conv2D', [x, filter], dy, window)).toBe(expected);
  expect(workOf('Conv2DBackpropInput', [dy, filter], x, window)).toBe(expected);
  expect(workOf('Conv2DBackpropFilter', [x, dy], filter, window)).toBe(expected);
});

it('so has a depthwise one', () => {
  const [x, filter, dy] = [
    [2, 8, 8, 3],
    [3, 3, 3, 2],
    [2, 4, 4, 6],
  ];
  const expected = 2 * 4 * 4 * 6 * 9;
  expect(workOf('DepthwiseConv2dNative', [x, filter], dy, window)).toBe(expected);
  expect(workOf('DepthwiseConv2dNativeBackpropInput', [dy, filter], x, window)).toBe(expected);
  expect(workOf('DepthwiseConv2dNativeBackpropFilter', [x, dy], filter, window)).toBe(expected);
});

it('a product of matrices has one for each result and inner position, other operations one for each result', () => {
  expect(
    workOf(
      'BatchMatMul',
      [
        [2, 3, 4],
        [2, 4, 5],
      ],
      [2, 3, 5],
    ),
  ).toBe(2 * 3 * 4 * 5);
  expect(
    workOf(
      'BatchMatMul',
      [
        [4, 3],
        [4, 5],
      ],
      [3, 5],
      { transposeA: true },
    ),
  ).toBe(3 * 4 * 5);
  expect(workOf('Relu', [[2, 3]], [2, 3])).toBe(6);
});

it('the typical operation is a large one, however many small ones stand beside it', () => {
  const recording = new Recording();
  const x = recording.leaf([10], 'float32');
  for (let count = 0; count < 100; count += 1) recording.add('Relu', [x], {}, [{ shape: [10], dtype: 'float32' }]);
  expect(typicalOperationOf({ nodes: recording.nodes, outputs: [] })).toBe(10);
  recording.add('Relu', [x], {}, [{ shape: [1e6], dtype: 'float32' }]);
  expect(typicalOperationOf({ nodes: recording.nodes, outputs: [] })).toBeGreaterThan(9e5);
  expect(typicalOperationOf({ nodes: [], outputs: [] })).toBe(0);
});
