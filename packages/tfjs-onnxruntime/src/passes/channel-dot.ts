import { sameShape, type Value } from '../graph/graph.js';
import { type Pass, rewriteGraph } from '../graph/rewrite.js';

/**
 * Sum or mean over batch and image of a product of two images (or of a square): one dot product per channel, without
 * the product in memory.
 */
export const channelDotPass: Pass = {
  name: 'channel-dot',
  run: (graph) =>
    rewriteGraph(graph, (node, context) => {
      if (node.op !== 'Sum' && node.op !== 'Mean') return undefined;
      const [product] = node.inputs as readonly [Value];
      const output = node.outputs[0]!;
      if (product.shape.length !== 4 || output.dtype !== 'float32' || String(node.attributes.axes) !== '0,1,2') {
        return undefined;
      }
      let factors: readonly Value[];
      if (product.node.op === 'Square') factors = [product.node.inputs[0]!, product.node.inputs[0]!];
      else if (product.node.op === 'Multiply') factors = product.node.inputs;
      else return undefined;
      if (!factors.every((factor) => sameShape(factor.shape, product.shape))) return undefined;
      if (context.uses(product) > 1) return undefined;
      return context.create('ChannelDot', factors, { mean: node.op === 'Mean' }, [output]);
    }),
};
