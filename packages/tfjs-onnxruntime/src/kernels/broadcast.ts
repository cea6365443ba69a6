import { constantOf, sameShape, type Value } from '../graph/graph.js';
import { type AxisLayout, type Layout, TO_CHANNELS_FIRST } from '../graph/layout.js';
import { isSingleElement, type LoweringContext } from '../graph/lowering.js';

/** Channels-first when the result has rank 4 and an input already lies so: nothing is transposed for it. */
export function commonLayout(context: LoweringContext, inputs: readonly Value[], output: Value): AxisLayout {
  if (output.shape.length !== 4) return 'logical';
  return inputs.some((input) => input.shape.length === 4 && context.prefersChannelsFirst(input))
    ? 'channelsFirst'
    : 'logical';
}

/**
 * The layout for what treats every element alike: also the blocked one, when an operand lies only so and every other is as
 * large or a single number.
 */
export function elementWiseLayout(context: LoweringContext, inputs: readonly Value[], output: Value): Layout {
  const alike = (value: Value) =>
    value.dtype === 'float32' && (sameShape(value.shape, output.shape) || isSingleElement(value));
  const blocked =
    output.shape.length === 4 &&
    output.dtype === 'float32' &&
    inputs.every(alike) &&
    inputs.some((input) => input.shape.length === 4 && context.prefersBlockedPlanes(input));
  return blocked ? 'blockedPlanes' : commonLayout(context, inputs, output);
}

/**
 * The name of an operand that broadcasts against rank-4 values of the given layout.
 *
 * @param collapse whether a constant may stand as its one number (the other operand has the full shape)
 */
export function operandAs(context: LoweringContext, value: Value, layout: Layout, collapse: boolean): string {
  const fill = constantOf(value);
  if (collapse && fill !== undefined) return context.onnx.scalar(fill, value.dtype);
  if (layout === 'logical' || isSingleElement(value)) return context.get(value);
  const rank = value.shape.length;
  if (rank === 4) return context.getAs(value, layout);
  if (rank === 1) return context.onnx.add('Reshape', [context.get(value), context.onnx.integers([-1, 1, 1])]);
  const shape = [...Array<number>(4 - rank).fill(1), ...value.shape];
  const reshaped = context.onnx.add('Reshape', [context.get(value), context.onnx.integers(shape)]);
  return context.onnx.add('Transpose', [reshaped], { perm: TO_CHANNELS_FIRST });
}
