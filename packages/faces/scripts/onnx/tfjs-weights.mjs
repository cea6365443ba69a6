// Reads weights as TensorFlow.js stores them: a manifest that lists them in the order of their bytes, perhaps quantised.

/**
 * @param {{ name: string, shape: number[], dtype: string, quantization?: { dtype: string, scale?: number, min?: number } }[]} entries
 * @param {Uint8Array} bytes of all entries, one after the other
 * @returns {Map<string, { shape: number[], values: Float32Array | Int32Array, half: boolean }>} `half`: stored in half precision
 */
export function readWeights(entries, bytes) {
  const weights = new Map();
  let at = 0;
  for (const { name, shape, dtype, quantization } of entries) {
    const size = shape.reduce((a, b) => a * b, 1);
    const stored = quantization?.dtype ?? dtype;
    const width = { float32: 4, int32: 4, float16: 2, uint8: 1 }[stored];
    if (!width) throw new Error(`weights of type ${stored}`);
    // Not slice(): that of a Buffer copies nothing.
    const view = Uint8Array.from(bytes.subarray(at, at + size * width));
    at += size * width;
    weights.set(name, { shape, values: decode(view, stored, quantization), half: stored !== 'float32' });
  }
  if (at !== bytes.length) throw new Error(`expected ${at} bytes of weights; found ${bytes.length}`);
  return weights;
}

function decode(view, stored, quantization) {
  switch (stored) {
    case 'float32':
      return new Float32Array(view.buffer);
    case 'int32':
      return new Int32Array(view.buffer);
    case 'float16':
      return Float32Array.from(new Uint16Array(view.buffer), widen);
    case 'uint8':
      return Float32Array.from(view, (value) => value * quantization.scale + quantization.min);
  }
}

/** IEEE half precision to a number. */
function widen(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const significand = bits & 0x3ff;
  if (exponent === 31) throw new Error('a weight that is no number');
  return sign * (exponent === 0 ? significand * 2 ** -24 : (1 + significand / 1024) * 2 ** (exponent - 15));
}
