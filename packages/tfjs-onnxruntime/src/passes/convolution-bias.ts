import { sizeOf, type Value } from '../graph/graph.js';
import { type Pass, rewriteGraph } from '../graph/rewrite.js';

/** Whether a value has one number for each channel (the last axis) of an image. */
function isBias(value: Value, image: Value): boolean {
  const channels = image.shape[3]!;
  return value.dtype === 'float32' && sizeOf(value.shape) === channels && (value.shape.at(-1) ?? 1) === channels;
}

/** Conv2D + bias becomes one operation: ONNX's Conv adds its bias while the results are in registers. */
export const convolutionBiasPass: Pass = {
  name: 'convolution-bias',
  run: (graph) =>
    rewriteGraph(graph, (node, context) => {
      if (node.op !== 'Add') return undefined;
      const [a, b] = node.inputs as readonly [Value, Value];
      const [image, bias] = a.node.op === 'Conv2D' ? [a, b] : [b, a];
      const convolution = image.node;
      if (convolution.op !== 'Conv2D' || convolution.inputs.length !== 2 || context.uses(image) > 1) return undefined;
      if (convolution.attributes.channelsFirst === true || !isBias(bias, image)) return undefined;
      return context.create('Conv2D', [...convolution.inputs, bias], convolution.attributes, [node.outputs[0]!]);
    }),
};
