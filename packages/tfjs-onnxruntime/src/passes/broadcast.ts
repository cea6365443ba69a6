import { backend_util } from '@tensorflow/tfjs-core';
import { constantOf, type GraphNode, sameShape, sizeOf, type Value } from '../graph/graph.js';
import { type Pass, type RewriteContext, rewriteGraph } from '../graph/rewrite.js';

const ELEMENT_WISE = new Set(['Add', 'Sub', 'Multiply', 'RealDiv', 'Maximum', 'Minimum', 'Pow', 'SquaredDifference']);

/** What a value repeats, if it is a broadcast. */
function broadcastSource(value: Value): Value | undefined {
  return value.node.op === 'BroadcastTo' ? value.node.inputs[0] : undefined;
}

function broadcastShape(a: Value, b: Value): number[] {
  return backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
}

/** x · 1, x + 0, x - 0, x / 1: the other operand, repeated where the constant had made the result larger. */
function withoutNeutralConstant(node: GraphNode, context: RewriteContext): readonly Value[] | undefined {
  const [a, b] = node.inputs as readonly [Value, Value];
  const output = node.outputs[0]!;
  const neutral = node.op === 'Multiply' || node.op === 'RealDiv' ? 1 : 0;
  if (!['Multiply', 'RealDiv', 'Add', 'Sub'].includes(node.op)) return undefined;
  let kept: Value | undefined;
  if (constantOf(b) === neutral) kept = a;
  else if (constantOf(a) === neutral && (node.op === 'Multiply' || node.op === 'Add')) kept = b;
  if (kept === undefined || kept.dtype !== output.dtype) return undefined;
  if (sameShape(kept.shape, output.shape)) return [kept];
  return context.create('BroadcastTo', [kept], { shape: output.shape }, [output]);
}

/** Element-wise functions broadcast by themselves: an operand that was repeated is taken before it was. */
function withoutBroadcastOperand(node: GraphNode, context: RewriteContext): readonly Value[] | undefined {
  const output = node.outputs[0]!;
  const [a, b] = node.inputs as readonly [Value, Value];
  const small = [broadcastSource(a) ?? a, broadcastSource(b) ?? b] as const;
  if (small[0] === a && small[1] === b) return undefined;
  const shape = broadcastShape(small[0], small[1]);
  if (sameShape(shape, output.shape)) return context.create(node.op, small, node.attributes, [output]);
  if (sizeOf(shape) === sizeOf(output.shape)) return undefined;
  const result = context.create(node.op, small, node.attributes, [{ shape, dtype: output.dtype }]);
  return context.create('BroadcastTo', result, { shape: output.shape }, [output]);
}

/** Computes before repeating instead of after, and leaves out what changes nothing. */
export const broadcastPass: Pass = {
  name: 'broadcast',
  run: (graph) =>
    rewriteGraph(graph, (node, context) => {
      if (!ELEMENT_WISE.has(node.op)) return undefined;
      return withoutNeutralConstant(node, context) ?? withoutBroadcastOperand(node, context);
    }),
};
