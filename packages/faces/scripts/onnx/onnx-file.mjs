// Writes ONNX files: just enough of protocol buffers for a graph with weights. Field numbers are those of onnx.proto3 (ONNX 1.17).

const FLOAT = 1;
const INT64 = 7;
const FLOAT16 = 10;

/** The operator set that the graphs are written for; read by ONNX Runtime since 1.8. */
const OPSET = 13;

/** Collects the nodes and weights of a graph in the order they are computed. */
export class GraphWriter {
  #nodes = [];
  #initializers = [];
  #names = 0;

  /** Adds an operation with one output and returns that output's name. `attributes`: whole numbers and lists of them. */
  add(operator, inputs, attributes = {}) {
    const output = `t${this.#names++}`;
    this.#nodes.push([
      ...inputs.map((name) => bytesField(1, text(name))),
      bytesField(2, text(output)),
      bytesField(4, text(operator)),
      ...Object.entries(attributes).map(([name, value]) => bytesField(5, attribute(name, value))),
    ]);
    return output;
  }

  /** Renames a value: what stands at the end of the graph. */
  output(name, value) {
    this.#nodes.push([bytesField(1, text(value)), bytesField(2, text(name)), bytesField(4, text('Identity'))]);
  }

  /** Weights of 32 bits; `half` keeps them in 16, which is half the file (the runtime widens them once, when it loads). */
  weights(dims, values, { half = false } = {}) {
    const name = `w${this.#names++}`;
    const data = half ? halve(values) : Float32Array.from(values);
    this.#initializers.push(tensor(name, dims, half ? FLOAT16 : FLOAT, new Uint8Array(data.buffer)));
    return half ? this.add('Cast', [name], { to: FLOAT }) : name;
  }

  /** Whole numbers: shapes and paddings. */
  integers(values) {
    const name = `w${this.#names++}`;
    const data = BigInt64Array.from(values, BigInt);
    this.#initializers.push(tensor(name, [values.length], INT64, new Uint8Array(data.buffer)));
    return name;
  }

  /**
   * The file's bytes.
   * @param inputs, outputs `{ name: [dimension, …] }`, a dimension being a number or a name.
   */
  finish({ name, producer, inputs, outputs }) {
    const graph = [
      ...this.#nodes.map((node) => bytesField(1, concat(node))),
      bytesField(2, text(name)),
      ...this.#initializers.map((one) => bytesField(5, one)),
      ...Object.entries(inputs).map(([key, dims]) => bytesField(11, valueInfo(key, dims))),
      ...Object.entries(outputs).map(([key, dims]) => bytesField(12, valueInfo(key, dims))),
    ];
    return concat([
      integerField(1, 7), // IR version
      bytesField(2, text(producer)),
      bytesField(7, concat(graph)),
      bytesField(8, integerField(2, OPSET)),
    ]);
  }
}

function tensor(name, dims, type, bytes) {
  return concat([
    ...dims.map((dim) => integerField(1, dim)),
    integerField(2, type),
    bytesField(8, text(name)),
    bytesField(9, bytes),
  ]);
}

function attribute(name, value) {
  const list = Array.isArray(value);
  return concat([
    bytesField(1, text(name)),
    ...(list ? value.map((one) => integerField(8, one)) : [integerField(3, value)]),
    integerField(20, list ? 7 : 2), // INTS, INT
  ]);
}

function valueInfo(name, dims) {
  const shape = dims.map((dim) =>
    bytesField(1, typeof dim === 'number' ? integerField(1, dim) : bytesField(2, text(dim))),
  );
  const type = bytesField(1, concat([integerField(1, FLOAT), bytesField(2, concat(shape))]));
  return concat([bytesField(1, text(name)), bytesField(2, type)]);
}

function text(value) {
  return new TextEncoder().encode(value);
}

function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(rest)]);
}

function integerField(number, value) {
  return concat([varint(number << 3), varint(value)]);
}

function bytesField(number, bytes) {
  return concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function concat(parts) {
  return new Uint8Array(Buffer.concat(parts));
}

/** IEEE half precision, rounded to nearest even; the weights' own magnitudes are far inside its range. */
function halve(values) {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  return Uint16Array.from(bits, (word) => {
    const sign = (word >>> 16) & 0x8000;
    const exponent = ((word >>> 23) & 0xff) - 112;
    if (exponent >= 31) throw new Error('a weight beyond half precision');
    // Below the normal range the significand, its leading one written out, is shifted further.
    const significand = exponent > 0 ? word & 0x7fffff : (word & 0x7fffff) | 0x800000;
    const shift = exponent > 0 ? 13 : Math.min(14 - exponent, 25);
    const base = exponent > 0 ? exponent << 10 : 0;
    const down = significand >>> shift;
    const rest = significand & ((1 << shift) - 1);
    const half = 1 << (shift - 1);
    const up = rest > half || (rest === half && down & 1) ? 1 : 0;
    return sign | (base + down + up);
  });
}
