import { MICROSOFT_DOMAIN, type OnnxInitializer, type OnnxNode } from './model.js';

function isSet(node: OnnxNode, name: string): boolean {
  const attribute = node.attributes[name];
  return attribute !== undefined && 'int' in attribute && attribute.int !== 0;
}

/**
 * Writes ONNX Runtime's FusedMatMul as standard operators where the operands it transposes are constants (whose rank is
 * known): as in interpolation by two matrix products. Others stay as they are.
 */
export function replaceFusedProducts(nodes: readonly OnnxNode[], initializers: readonly OnnxInitializer[]): OnnxNode[] {
  const ranks = new Map(initializers.map(({ name, shape }) => [name, shape.length]));
  return nodes.flatMap((node) => {
    const [a, b] = node.inputs as [string, string];
    const transposed = [isSet(node, 'transA') ? a : undefined, isSet(node, 'transB') ? b : undefined];
    const known = transposed.every((name) => name === undefined || ranks.has(name));
    if (node.domain !== MICROSOFT_DOMAIN || node.opType !== 'FusedMatMul' || 'alpha' in node.attributes || !known)
      return [node];
    const replacement: OnnxNode[] = [];
    const inputs = node.inputs.map((input, position) => {
      if (transposed[position] === undefined) return input;
      const rank = ranks.get(input)!;
      const perm = Array.from({ length: rank }, (_unused, axis) => axis);
      perm.splice(-2, 2, rank - 1, rank - 2);
      const output = `${node.outputs[0]}_operand${position}`;
      const attributes = { perm: { ints: perm } };
      replacement.push({
        opType: 'Transpose',
        domain: '',
        name: `${node.name}/${position}`,
        inputs: [input],
        outputs: [output],
        attributes,
      });
      return output;
    });
    replacement.push({ ...node, opType: 'MatMul', domain: '', inputs, attributes: {} });
    return replacement;
  });
}
