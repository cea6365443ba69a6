// Converts a TensorFlow.js graph model (a frozen TensorFlow graph as JSON) into an ONNX graph. Pictures are [batch, channels, rows,
// columns] in ONNX, so weights and paddings change their order here and nothing is transposed at run time.
import { GraphWriter } from './onnx-file.mjs';
import { readWeights } from './tfjs-weights.mjs';

/**
 * @param {object} model the parsed model.json
 * @param {Uint8Array} bytes its weights
 * @param {object} options `name` of the graph; `producer`; `input` dimensions; `outputs`: `{ name: { node, dims } }`; what no output
 *   needs is left out
 * @returns {Uint8Array} the ONNX file
 */
export function convertGraphModel(model, bytes, { name, producer, input, outputs }) {
  const nodes = new Map(model.modelTopology.node.map((node) => [node.name, node]));
  const weights = readWeights(
    model.weightsManifest.flatMap((group) => group.weights),
    bytes,
  );
  const graph = new GraphWriter();
  const values = new Map();

  const convert = (key) => {
    const known = values.get(key);
    if (known) return known;
    const node = nodes.get(key);
    if (!node) throw new Error(`no node ${key}`);
    const value = write(node);
    values.set(key, value);
    return value;
  };
  const weight = (key) => {
    const found = weights.get(key);
    if (!found) throw new Error(`no weights ${key}`);
    return found;
  };

  function write({ op, input: inputs = [], attr }) {
    switch (op) {
      case 'Placeholder':
        return 'image';
      case 'Identity':
        return convert(inputs[0]);
      case 'AddV2':
        return graph.add('Add', inputs.map(convert));
      case 'Relu':
      case 'Sigmoid':
        return graph.add(op, inputs.map(convert));
      case 'Prelu':
        return prelu(convert(inputs[0]), inputs[1]);
      case 'Pad': {
        const pairs = weight(inputs[1]).values;
        const order = [0, 3, 1, 2];
        const pads = [...order.map((axis) => pairs[2 * axis]), ...order.map((axis) => pairs[2 * axis + 1])];
        return graph.add('Pad', [convert(inputs[0]), graph.integers(pads)]);
      }
      case 'MaxPool': {
        const kernel = integers(attr.ksize).slice(1, 3);
        const strides = integers(attr.strides).slice(1, 3);
        return graph.add('MaxPool', [convert(inputs[0])], {
          kernel_shape: kernel,
          strides,
          pads: padding(attr, kernel, strides),
        });
      }
      case 'Reshape': {
        const [last] = weight(inputs[1]).values.slice(-1);
        const rows = graph.add('Transpose', [convert(inputs[0])], { perm: [0, 2, 3, 1] });
        return graph.add('Reshape', [rows, graph.integers([0, last])]);
      }
      case 'DepthwiseConv2dNative':
        return convolution(inputs, attr, true);
      case '_FusedConv2D':
        return convolution(inputs, attr, false);
      default:
        throw new Error(`the operation ${op} has no conversion yet`);
    }
  }

  function prelu(value, key) {
    const { values, shape, half } = weight(key);
    return graph.add('PRelu', [value, graph.weights([shape.at(-1), 1, 1], values, { half })]);
  }

  function convolution([source, filterKey, biasKey, slopeKey], attr, depthwise) {
    const { values, shape, half } = weight(filterKey);
    const [rows, columns, ins, outs] = shape;
    const kernel = [rows, columns];
    const strides = integers(attr.strides).slice(1, 3);
    const inputs = [convert(source), graph.weights(...reorder(values, shape, depthwise), { half })];
    const fused = strings(attr.fused_ops);
    if (fused.includes('BiasAdd')) {
      const bias = weight(biasKey);
      inputs.push(graph.weights(bias.shape, bias.values, { half: bias.half }));
    }
    const sum = graph.add('Conv', inputs, {
      kernel_shape: kernel,
      strides,
      pads: padding(attr, kernel, strides),
      group: depthwise ? ins : 1,
    });
    if (depthwise && outs !== 1) throw new Error('a depthwise convolution with a multiplier');
    if (fused.includes('Relu')) return graph.add('Relu', [sum]);
    return fused.includes('Prelu') ? prelu(sum, slopeKey) : sum;
  }

  for (const [key, { node }] of Object.entries(outputs)) graph.output(key, convert(node));
  return graph.finish({
    name,
    producer,
    inputs: { image: input },
    outputs: Object.fromEntries(Object.entries(outputs).map(([key, { dims }]) => [key, dims])),
  });
}

/** [rows, columns, in, out] → [out, in, rows, columns]; a depthwise [rows, columns, in, 1] → [in, 1, rows, columns]. */
function reorder(values, [rows, columns, ins, outs], depthwise = false) {
  const dims = depthwise ? [ins, 1, rows, columns] : [outs, ins, rows, columns];
  const target = new Float32Array(values.length);
  const area = rows * columns;
  for (let place = 0; place < area; place++) {
    for (let from = 0; from < ins; from++) {
      for (let to = 0; to < outs; to++) {
        const row = depthwise ? from : to * ins + from;
        target[row * area + place] = values[(place * ins + from) * outs + to];
      }
    }
  }
  return [dims, target];
}

/** TensorFlow's SAME for sides that the stride divides, which those of every picture here are: the odd pixel goes after. */
function padding(attr, kernel, strides) {
  const kind = Buffer.from(attr.padding.s, 'base64').toString();
  const total = kernel.map((side, axis) => (kind === 'SAME' ? Math.max(0, side - strides[axis]) : 0));
  return [...total.map((pixels) => pixels >> 1), ...total.map((pixels) => (pixels + 1) >> 1)];
}

function integers(attribute) {
  return attribute.list.i.map(Number);
}

function strings(attribute) {
  return (attribute?.list?.s ?? []).map((one) => Buffer.from(one, 'base64').toString());
}
