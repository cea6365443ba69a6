import { type Attributes, createNode, type Graph, type GraphNode, LEAF, type Value } from '../graph/graph.js';
import type { Pass } from '../graph/rewrite.js';

function attributesKey(attributes: Attributes): string {
  const names = Object.keys(attributes);
  return names.length === 0 ? '' : JSON.stringify(attributes, (_name, value) => (Object.is(value, -0) ? '-0' : value));
}

/** Computes the same function of the same values once. */
export const commonSubexpressionsPass: Pass = {
  name: 'common-subexpressions',
  run(graph: Graph): Graph {
    const replacement = new Map<Value, Value>();
    const known = new Map<string, GraphNode>();
    const nodes: GraphNode[] = [];
    for (const node of graph.nodes) {
      let current = node;
      if (node.inputs.some((input) => replacement.has(input))) {
        const inputs = node.inputs.map((input) => replacement.get(input) ?? input);
        current = createNode(node.op, inputs, node.attributes, node.outputs, node.outputs[0]!.id);
        current.outputs.forEach((value, index) => {
          replacement.set(node.outputs[index]!, value);
        });
      }
      const output = node.outputs[0]!;
      const inputs = current.inputs.map((input) => input.id).join();
      const key = `${node.op}|${inputs}|${output.dtype}${output.shape.join('x')}|${attributesKey(node.attributes)}`;
      const earlier = node.op === LEAF ? undefined : known.get(key);
      if (earlier === undefined) {
        known.set(key, current);
        nodes.push(current);
      } else {
        node.outputs.forEach((value, index) => {
          replacement.set(value, earlier.outputs[index]!);
        });
      }
    }
    return { nodes, outputs: graph.outputs.map((output) => replacement.get(output) ?? output) };
  },
};
