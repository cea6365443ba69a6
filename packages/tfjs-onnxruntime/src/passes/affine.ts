import { backend_util } from '@tensorflow/tfjs-core';
import { CONSTANT, type Graph, type GraphNode, LEAF, sameShape, sizeOf, type Value } from '../graph/graph.js';
import { type Pass, type RewriteContext, rewriteGraph } from '../graph/rewrite.js';

/** A value is small beside another when its arithmetic costs nothing in comparison. */
const SMALL_RATIO = 64;

/** Σ factor · image + shift, where factors and shift have one number per channel or one in all. */
interface AffineForm {
  readonly terms: readonly { readonly image: Value; readonly factor: Value | undefined }[];
  readonly shift: Value | undefined;
  /** Full-size operations that the form stands for. */
  readonly operations: number;
}

/** Whether a value of rank at most 4 varies only along the channels axis of `image`. */
function isPerChannel(value: Value, image: Value): boolean {
  const leading = value.shape.slice(0, -1);
  const last = value.shape[value.shape.length - 1] ?? 1;
  return (
    value.dtype === 'float32' &&
    value.shape.length <= 4 &&
    leading.every((size) => size === 1) &&
    (last === 1 || last === image.shape[3]) &&
    sizeOf(value.shape) * SMALL_RATIO <= sizeOf(image.shape)
  );
}

function isImage(value: Value): boolean {
  return value.shape.length === 4 && value.dtype === 'float32' && value.shape.slice(0, 3).some((size) => size > 1);
}

/** Arithmetic on per-channel values, recorded as small nodes. */
class SmallArithmetic {
  constructor(private readonly context: RewriteContext) {}

  apply(op: 'Add' | 'Sub' | 'Multiply' | 'RealDiv', a: Value, b: Value): Value {
    const shape = backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
    return this.context.create(op, [a, b], {}, [{ shape, dtype: 'float32' }])[0]!;
  }

  negate(a: Value): Value {
    return this.context.create('Neg', [a], {}, [a])[0]!;
  }

  one(): Value {
    return this.context.create(CONSTANT, [], { value: 1 }, [{ shape: [1], dtype: 'float32' }])[0]!;
  }

  /** As a vector of one number per channel. */
  vector(value: Value, channels: number): Value {
    let result = value;
    if (sizeOf(value.shape) !== channels || sizeOf(value.shape) === 1) {
      result = this.context.create('BroadcastTo', [this.flat(value)], { shape: [channels] }, [
        { shape: [channels], dtype: 'float32' },
      ])[0]!;
    }
    return this.flat(result);
  }

  private flat(value: Value): Value {
    if (value.shape.length === 1) return value;
    const shape = [sizeOf(value.shape)];
    return this.context.create('Reshape', [value], { shape }, [{ shape, dtype: 'float32' }])[0]!;
  }
}

/** Finds and combines the forms of the values of one graph. */
class AffineForms {
  private readonly forms = new Map<Value, AffineForm>();
  private readonly small: SmallArithmetic;

  constructor(private readonly context: RewriteContext) {
    this.small = new SmallArithmetic(context);
  }

  of(value: Value): AffineForm {
    return this.forms.get(value) ?? { terms: [{ image: value, factor: undefined }], shift: undefined, operations: 0 };
  }

  /** Notes the form of a node's output when it is one. */
  visit(node: GraphNode): AffineForm | undefined {
    const output = node.outputs[0]!;
    if (!isImage(output)) return undefined;
    const form = this.formOf(node, output);
    if (form !== undefined && form.terms.length <= 3) this.forms.set(output, form);
    return this.forms.get(output);
  }

  private formOf(node: GraphNode, output: Value): AffineForm | undefined {
    const [a, b] = node.inputs;
    const full = (value: Value | undefined) => value !== undefined && sizeOf(value.shape) === sizeOf(output.shape);
    switch (node.op) {
      case 'Add':
      case 'Sub':
        if (full(a) && full(b)) return this.combine(this.of(a!), this.of(b!), node.op);
        if (full(a) && isPerChannel(b!, output)) return this.shifted(this.of(a!), b!, node.op);
        if (full(b) && isPerChannel(a!, output) && node.op === 'Add') return this.shifted(this.of(b!), a!, 'Add');
        return undefined;
      case 'Multiply':
        if (full(a) && isPerChannel(b!, output)) return this.scaled(this.of(a!), b!, 'Multiply');
        if (full(b) && isPerChannel(a!, output)) return this.scaled(this.of(b!), a!, 'Multiply');
        return undefined;
      case 'RealDiv':
        return full(a) && isPerChannel(b!, output) ? this.scaled(this.of(a!), b!, 'RealDiv') : undefined;
      case 'BroadcastTo':
        return isPerChannel(a!, output) ? { terms: [], shift: a!, operations: 1 } : undefined;
      default:
        return undefined;
    }
  }

  private shifted(form: AffineForm, by: Value, op: 'Add' | 'Sub'): AffineForm {
    const signed = op === 'Sub' && form.shift === undefined ? this.small.negate(by) : by;
    const shift = form.shift === undefined ? signed : this.small.apply(op, form.shift, by);
    return { terms: form.terms, shift, operations: form.operations + 1 };
  }

  private scaled(form: AffineForm, by: Value, op: 'Multiply' | 'RealDiv'): AffineForm {
    const scale = (value: Value | undefined) => this.small.apply(op, value ?? this.small.one(), by);
    return {
      terms: form.terms.map(({ image, factor }) => ({
        image,
        factor: factor === undefined && op === 'Multiply' ? by : scale(factor),
      })),
      shift: form.shift === undefined ? undefined : scale(form.shift),
      operations: form.operations + 1,
    };
  }

  private combine(a: AffineForm, b: AffineForm, op: 'Add' | 'Sub'): AffineForm {
    const terms = [...a.terms];
    for (const { image, factor } of b.terms) {
      const index = terms.findIndex((term) => term.image === image);
      if (index < 0) {
        const signed = op === 'Add' ? factor : this.small.negate(factor ?? this.small.one());
        terms.push({ image, factor: signed });
      } else {
        const one = this.small.one();
        terms[index] = { image, factor: this.small.apply(op, terms[index]!.factor ?? one, factor ?? one) };
      }
    }
    let shift = a.shift;
    if (b.shift !== undefined) {
      if (shift !== undefined) shift = this.small.apply(op, shift, b.shift);
      else shift = op === 'Add' ? b.shift : this.small.negate(b.shift);
    }
    return { terms, shift, operations: a.operations + b.operations + 1 };
  }

  /** The form as operations: a product per term (one of them with the shift) and sums between them. */
  materialize(form: AffineForm, output: Value): Value {
    const channels = output.shape[3]!;
    const parts = form.terms.map(({ image, factor }, index) => {
      if (index === form.terms.length - 1 && form.shift !== undefined) {
        const scale = this.small.vector(factor ?? this.small.one(), channels);
        const shift = this.small.vector(form.shift, channels);
        return this.context.create('ScaleShift', [image, scale, shift], {}, [output])[0]!;
      }
      return factor === undefined ? image : this.context.create('Multiply', [image, factor], {}, [output])[0]!;
    });
    const result = parts.reduce((sum, part) => this.context.create('Add', [sum, part], {}, [output])[0]!);
    this.forms.set(result, form);
    return result;
  }

  /** Sum or mean over batch and image of a form, from the sums of its images. */
  reduce(form: AffineForm, node: GraphNode, input: Value): Value {
    const output = node.outputs[0]!;
    const count = node.op === 'Mean' ? 1 : sizeOf(input.shape) / input.shape[3]!;
    let total: Value | undefined;
    const add = (value: Value) => {
      total = total === undefined ? value : this.small.apply('Add', total, value);
    };
    const channels = input.shape[3]!;
    for (const { image, factor } of form.terms) {
      const sum = this.context.create(node.op, [image], { axes: [0, 1, 2], keepDims: false }, [
        { shape: [channels], dtype: 'float32' },
      ])[0]!;
      add(factor === undefined ? sum : this.small.apply('Multiply', sum, this.small.vector(factor, channels)));
    }
    if (form.shift !== undefined) {
      const times = this.context.create(CONSTANT, [], { value: count }, [{ shape: [1], dtype: 'float32' }])[0]!;
      add(this.small.apply('Multiply', this.small.vector(form.shift, channels), times));
    }
    const shape = output.shape;
    if (sameShape(shape, total!.shape)) return total!;
    return this.context.create('Reshape', [total!], { shape }, [output])[0]!;
  }
}

/** Full-size operations that materialising takes. */
function cost(form: AffineForm): number {
  const products = form.terms.filter(
    ({ factor }, index) => factor !== undefined || (index === form.terms.length - 1 && form.shift !== undefined),
  ).length;
  return products + form.terms.length - 1;
}

/**
 * Collects chains of sums and per-channel products of images, as batch normalisation's gradient is full of, into one
 * product per image; the arithmetic on the per-channel numbers is done on those numbers. A sum over batch and image of
 * such a chain is taken from the sums of the images.
 */
export const affinePass: Pass = {
  name: 'affine',
  run(graph: Graph): Graph {
    let forms: AffineForms | undefined;
    return rewriteGraph(graph, (node, context) => {
      if (node.op === LEAF || node.op === CONSTANT) return undefined;
      forms ??= new AffineForms(context);
      const [input] = node.inputs;
      const output = node.outputs[0]!;
      if ((node.op === 'Sum' || node.op === 'Mean') && isImage(input!) && String(node.attributes.axes) === '0,1,2') {
        const form = forms.of(input!);
        const worthwhile = form.operations > 0 && form.terms.length === 1;
        return worthwhile ? [forms.reduce(form, node, input!)] : undefined;
      }
      const form = forms.visit(node);
      if (form === undefined || form.terms.length === 0 || form.operations <= cost(form)) return undefined;
      const inner = context.consumers(output).some((consumer) => ['Add', 'Sub', 'Multiply'].includes(consumer.op));
      if (inner && context.uses(output) === 1) return undefined;
      return [forms.materialize(form, output)];
    });
  },
};
