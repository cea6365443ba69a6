import { type Graph, type GraphNode, sizeOf } from './graph.js';

/** Multiply-adds of one operation: exact for convolutions and products of matrices, one for each number of other results. */
export function multiplyAddsOf(node: GraphNode): number {
  const [first, second] = node.inputs;
  const results = sizeOf(node.outputs[0]!.shape);
  switch (node.op) {
    case 'Conv2D':
      return (results * sizeOf(second!.shape)) / second!.shape[3]!;
    case 'Conv2DBackpropInput':
      return (sizeOf(first!.shape) * sizeOf(second!.shape)) / second!.shape[3]!;
    case 'Conv2DBackpropFilter':
      return (sizeOf(second!.shape) * results) / node.outputs[0]!.shape[3]!;
    case 'DepthwiseConv2dNative':
      return results * second!.shape[0]! * second!.shape[1]!;
    case 'DepthwiseConv2dNativeBackpropInput':
      return sizeOf(first!.shape) * second!.shape[0]! * second!.shape[1]!;
    case 'DepthwiseConv2dNativeBackpropFilter':
      return sizeOf(second!.shape) * node.outputs[0]!.shape[0]! * node.outputs[0]!.shape[1]!;
    case 'BatchMatMul':
      return results * (first!.shape.at(node.attributes.transposeA === true ? -2 : -1) ?? 1);
    default:
      return results;
  }
}

/**
 * How large the operations are that a graph's work is in: the mean of their multiply-adds, each operation weighted by these. An
 * element-wise operation counts one for each number.
 */
export function typicalOperationOf(graph: Graph): number {
  const sizes = graph.nodes.map(multiplyAddsOf);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return total === 0 ? 0 : sizes.reduce((sum, size) => sum + size * size, 0) / total;
}
