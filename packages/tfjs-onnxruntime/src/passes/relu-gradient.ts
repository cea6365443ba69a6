import { sameShape, type Value } from '../graph/graph.js';
import { type Pass, rewriteGraph } from '../graph/rewrite.js';

/** dy · step(x), as TensorFlow.js writes the gradient of relu, becomes one operation. */
export const reluGradientPass: Pass = {
  name: 'relu-gradient',
  run: (graph) =>
    rewriteGraph(graph, (node, context) => {
      if (node.op !== 'Multiply') return undefined;
      const [a, b] = node.inputs as readonly [Value, Value];
      const [step, dy] = b.node.op === 'Step' ? [b, a] : [a, b];
      if (step.node.op !== 'Step' || step.node.attributes.alpha !== 0 || step.dtype !== 'float32') return undefined;
      if (!sameShape(step.shape, dy.shape)) return undefined;
      return context.create('ReluGradient', [dy, step.node.inputs[0]!], {}, [node.outputs[0]!]);
    }),
};
