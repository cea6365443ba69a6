import { sameShape, type Value } from '../graph/graph.js';
import { type Pass, rewriteGraph } from '../graph/rewrite.js';

/** dy · step(x), as TensorFlow.js writes the gradient of relu, becomes one operation, on relu(x) where that is there. */
export const reluGradientPass: Pass = {
  name: 'relu-gradient',
  run: (graph) =>
    rewriteGraph(graph, (node, context) => {
      if (node.op !== 'Multiply') return undefined;
      const [a, b] = node.inputs as readonly [Value, Value];
      const [step, dy] = b.node.op === 'Step' ? [b, a] : [a, b];
      if (step.node.op !== 'Step' || step.node.attributes.alpha !== 0 || step.dtype !== 'float32') return undefined;
      if (!sameShape(step.shape, dy.shape)) return undefined;
      const [x] = step.node.inputs as readonly [Value];
      // where the relu itself is computed, x need not be kept for this (and ONNX Runtime can join relu and convolution)
      const hasRelu = context.consumers(x).some((consumer) => consumer.op === 'Relu');
      const positive = hasRelu ? context.create('Relu', [x], {}, [x])[0]! : x;
      return context.create('ReluGradient', [dy, positive], {}, [node.outputs[0]!]);
    }),
};
