import { describe, expect, it } from 'vitest';
import type { Attributes, Graph, GraphNode, Value } from '../graph/graph.js';
import { Recording } from '../graph/recording.js';
import { pruneGraph } from '../graph/rewrite.js';
import { affinePass } from './affine.js';
import { broadcastPass } from './broadcast.js';
import { channelDotPass } from './channel-dot.js';
import { commonSubexpressionsPass } from './common-subexpressions.js';
import { convolutionBiasPass } from './convolution-bias.js';
import { reluGradientPass } from './relu-gradient.js';

/** A graph under construction: `op('Add', [a, b])` has the shape of its largest input unless one is given. */
function drawing() {
  const recording = new Recording();
  const op = (name: string, inputs: Value[], shape?: number[], attributes: Attributes = {}): Value => {
    const largest = inputs.reduce((a, b) => (b.shape.length > a.shape.length ? b : a));
    return recording.add(name, inputs, attributes, [{ shape: shape ?? largest.shape, dtype: 'float32' }]).outputs[0]!;
  };
  return {
    op,
    leaf: (shape: number[]) => recording.leaf(shape, 'float32'),
    constant: (value: number, shape: number[]) => recording.constant(value, shape, 'float32'),
    graph: (...outputs: Value[]): Graph => pruneGraph({ nodes: [], outputs }),
  };
}

/** Operations of a graph with the shapes of their results, leaves left out. */
function operations(graph: Graph): string[] {
  return graph.nodes.filter((node) => node.op !== 'Leaf').map((node) => `${node.op} ${node.outputs[0]!.shape}`);
}

function fullSize(graph: Graph): string[] {
  return graph.nodes
    .filter((node: GraphNode) => node.op !== 'Leaf' && node.outputs[0]!.shape[0] === 8)
    .map((node) => node.op);
}

const IMAGE = [8, 16, 16, 4];
const SUM = { axes: [0, 1, 2], keepDims: false };

describe('common subexpressions', () => {
  it('keeps one of two equal operations, also through their users', () => {
    const { op, leaf, graph } = drawing();
    const x = leaf([3]);
    const result = commonSubexpressionsPass.run(
      graph(op('Add', [op('Exp', [op('Sin', [x])]), op('Exp', [op('Sin', [x])])])),
    );
    expect(operations(result)).toEqual(['Sin 3', 'Exp 3', 'Add 3']);
  });

  it('tells attributes, order and leaves apart', () => {
    const { op, leaf, graph } = drawing();
    const [x, y] = [leaf([3]), leaf([3])];
    const values = [
      op('LeakyRelu', [x], [3], { alpha: 0.1 }),
      op('LeakyRelu', [x], [3], { alpha: 0.2 }),
      op('Sub', [x, y]),
      op('Sub', [y, x]),
    ];
    expect(operations(commonSubexpressionsPass.run(graph(...values)))).toHaveLength(4);
  });
});

describe('broadcast', () => {
  it('takes an operand before it was repeated', () => {
    const { op, leaf, graph } = drawing();
    const repeated = op('BroadcastTo', [leaf([1, 3])], [5, 3], { shape: [5, 3] });
    expect(operations(broadcastPass.run(graph(op('Multiply', [leaf([5, 3]), repeated]))))).toEqual(['Multiply 5,3']);
  });

  it('computes before repeating', () => {
    const { op, leaf, graph } = drawing();
    const repeated = op('BroadcastTo', [leaf([1, 3])], [5, 3], { shape: [5, 3] });
    const result = broadcastPass.run(graph(op('RealDiv', [repeated, leaf([])])));
    expect(operations(result)).toEqual(['RealDiv 1,3', 'BroadcastTo 5,3']);
  });

  it('drops neutral constants and repeats where they had enlarged', () => {
    const { op, leaf, constant, graph } = drawing();
    const same = op('Add', [op('Multiply', [leaf([2, 3]), constant(1, [2, 3])]), constant(0, [3])]);
    const larger = op('Multiply', [leaf([1, 3]), constant(1, [2, 3])], [2, 3]);
    expect(operations(broadcastPass.run(graph(op('Exp', [same]), larger)))).toEqual(['Exp 2,3', 'BroadcastTo 2,3']);
  });

  it('leaves constants that matter', () => {
    const { op, leaf, constant, graph } = drawing();
    const value = op('Sub', [constant(0, [3]), leaf([3])]);
    expect(operations(broadcastPass.run(graph(value)))).toContain('Sub 3');
  });
});

describe('relu gradient', () => {
  it('is recognised in either order, and not when leaky or broadcast', () => {
    const { op, leaf, graph } = drawing();
    const [x, dy] = [leaf([3]), leaf([3])];
    const step = (alpha: number) => op('Step', [x], [3], { alpha });
    const run = (value: Value) => operations(reluGradientPass.run(graph(value)));
    expect(run(op('Multiply', [dy, step(0)]))).toEqual(['ReluGradient 3']);
    expect(run(op('Multiply', [step(0), dy]))).toEqual(['ReluGradient 3']);
    expect(run(op('Multiply', [dy, step(0.1)]))).toEqual(['Step 3', 'Multiply 3']);
    expect(run(op('Multiply', [leaf([]), step(0)]))).toEqual(['Step 3', 'Multiply 3']);
  });
});

describe('channel dot', () => {
  it('takes the place of a product or square and its sum', () => {
    const { op, leaf, graph } = drawing();
    const [a, b] = [leaf(IMAGE), leaf(IMAGE)];
    const values = [op('Sum', [op('Multiply', [a, b])], [4], SUM), op('Mean', [op('Square', [a])], [4], SUM)];
    expect(operations(channelDotPass.run(graph(...values)))).toEqual(['ChannelDot 4', 'ChannelDot 4']);
  });

  it('leaves products that are used elsewhere, and other axes', () => {
    const { op, leaf, graph } = drawing();
    const product = op('Multiply', [leaf(IMAGE), leaf(IMAGE)]);
    const shared = graph(op('Sum', [product], [4], SUM), product);
    expect(operations(channelDotPass.run(shared))).toContain('Sum 4');
    const other = op('Sum', [op('Square', [leaf(IMAGE)])], [16, 4], { axes: [0, 1], keepDims: false });
    expect(operations(channelDotPass.run(graph(other)))).toContain('Sum 16,4');
  });
});

describe('affine', () => {
  it('gathers factors and shifts of one image', () => {
    const { op, leaf, graph } = drawing();
    const [x, a, b] = [leaf(IMAGE), leaf([4]), leaf([1, 1, 1, 4])];
    const value = op('Add', [op('Multiply', [op('Sub', [op('Multiply', [x, a]), b]), leaf([])]), a]);
    expect(fullSize(affinePass.run(graph(op('Exp', [value]))))).toEqual(['ScaleShift', 'Exp']);
  });

  it('adds the factors of the same image', () => {
    const { op, leaf, graph } = drawing();
    const [x, y, a, b] = [leaf(IMAGE), leaf(IMAGE), leaf([4]), leaf([4])];
    const shift = op('BroadcastTo', [leaf([1, 1, 1, 4])], IMAGE, { shape: IMAGE });
    const left = op('Add', [op('Multiply', [y, b]), op('Multiply', [x, a])]);
    const value = op('Add', [op('Add', [left, op('Multiply', [x, b])]), shift]);
    const result = affinePass.run(graph(op('Exp', [value])));
    expect(fullSize(result).sort()).toEqual(['Add', 'Exp', 'Multiply', 'ScaleShift']);
  });

  it('sums a chain from the sum of its image', () => {
    const { op, leaf, graph } = drawing();
    const chain = op('Multiply', [op('Sub', [leaf(IMAGE), leaf([4])]), leaf([4])]);
    const result = affinePass.run(graph(op('Sum', [chain], [4], SUM)));
    expect(fullSize(result)).toEqual([]);
  });

  it('leaves products of images and short chains alone', () => {
    const { op, leaf, graph } = drawing();
    const [x, y] = [leaf(IMAGE), leaf(IMAGE)];
    const before = graph(op('Exp', [op('Add', [op('Multiply', [x, y]), leaf([4])])]));
    expect(operations(affinePass.run(before))).toEqual(operations(before));
  });
});

describe('convolution bias', () => {
  const convolution = (bias: number[], attributes: Attributes = {}) => {
    const { op, leaf, graph } = drawing();
    const image = op('Conv2D', [leaf(IMAGE), leaf([3, 3, 4, 4])], IMAGE, attributes);
    return { op, graph, image, sum: op('Add', [image, leaf(bias)], IMAGE) };
  };

  it('joins a convolution and the number per channel added to it', () => {
    for (const bias of [[4], [1, 1, 1, 4]]) {
      const { graph, sum } = convolution(bias);
      const [node] = convolutionBiasPass.run(graph(sum)).nodes.filter(({ op }) => op !== 'Leaf');
      expect(node).toMatchObject({ op: 'Conv2D', inputs: { length: 3 } });
    }
  });

  it('leaves what is no bias, or a convolution that is used elsewhere', () => {
    const numberPerColumn = convolution([16, 1]);
    expect(operations(convolutionBiasPass.run(numberPerColumn.graph(numberPerColumn.sum)))).toHaveLength(2);
    const usedTwice = convolution([4]);
    const graph = usedTwice.graph(usedTwice.sum, usedTwice.op('Exp', [usedTwice.image]));
    expect(operations(convolutionBiasPass.run(graph))).toHaveLength(3);
    const channelsFirst = convolution([4], { channelsFirst: true });
    expect(operations(convolutionBiasPass.run(channelsFirst.graph(channelsFirst.sum)))).toHaveLength(2);
  });
});
