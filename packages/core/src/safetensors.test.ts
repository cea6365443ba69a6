import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidDataError } from './errors.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';

const sample = {
  bytes: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 255) },
  weights: { dtype: 'F32', shape: [2, 2], data: Float32Array.of(0, -1.5, Number.NaN, 3e38) },
  scalar: { dtype: 'F64', shape: [], data: Float64Array.of(Math.PI) },
  empty: { dtype: 'I32', shape: [0, 4], data: new Int32Array() },
} as const;

describe('safetensors', () => {
  test('what was written is read back, wherever the bytes lie in their buffer', () => {
    const encoded = encodeSafetensors(sample, { epoch: '3' });
    const shifted = new Uint8Array(encoded.length + 3).subarray(3);
    shifted.set(encoded);
    for (const bytes of [encoded, shifted, Buffer.from(encoded)]) {
      const { tensors, metadata } = decodeSafetensors(bytes);
      expect(tensors).toEqual(sample);
      expect(metadata).toEqual({ epoch: '3' });
    }
  });

  test('bytes follow the published layout', () => {
    const bytes = encodeSafetensors({ a: { dtype: 'U8', shape: [2], data: Uint8Array.of(7, 9) } });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
      a: { dtype: 'U8', shape: [2], data_offsets: [0, 2] },
    });
    expect([...bytes.subarray(8 + length)]).toEqual([7, 9]);
  });

  test('a shape that does not fit its data is not written', () => {
    expect(() => encodeSafetensors({ a: { dtype: 'U8', shape: [3], data: Uint8Array.of(1) } })).toThrow(
      /"a" to hold 3/,
    );
  });

  test('a file cut anywhere is refused, and no bytes make it fail in another way', () => {
    const encoded = encodeSafetensors(sample);
    for (let length = 0; length < encoded.length; length++) {
      expect(() => decodeSafetensors(encoded.subarray(0, length), 'x.safetensors')).toThrow(InvalidDataError);
    }
    fc.assert(
      fc.property(fc.nat(encoded.length - 1), fc.nat(255), (position, value) => {
        const damaged = encoded.slice();
        damaged[position] = value;
        try {
          decodeSafetensors(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidDataError);
        }
      }),
    );
  });
});
