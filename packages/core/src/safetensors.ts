import { z } from 'zod';
import { InvalidDataError } from './errors.js';

/** The element types that are read and written, with their typed arrays. */
const ARRAY_TYPES = {
  U8: Uint8Array,
  I8: Int8Array,
  U16: Uint16Array,
  I16: Int16Array,
  U32: Uint32Array,
  I32: Int32Array,
  F32: Float32Array,
  F64: Float64Array,
} as const;

export type SafetensorsType = keyof typeof ARRAY_TYPES;
export type SafetensorsArray = InstanceType<(typeof ARRAY_TYPES)[SafetensorsType]>;

/** A named array in a safetensors file; row-major, little-endian in the file. */
export interface SafetensorsTensor {
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  readonly data: SafetensorsArray;
}

export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, SafetensorsTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const count = z.number().int().nonnegative();
const headerSchema = z.object({ __metadata__: z.record(z.string(), z.string()).optional() }).catchall(
  z.strictObject({
    dtype: z.enum(Object.keys(ARRAY_TYPES) as [SafetensorsType]),
    shape: z.array(count),
    data_offsets: z.tuple([count, count]),
  }),
);

/** Data starts at a multiple of this, so that a reader can view 8-byte elements in place. */
const ALIGNMENT = 8;

/**
 * The bytes of a safetensors file (https://huggingface.co/docs/safetensors): 8 bytes of header length, JSON header, data.
 * Same input, same bytes. Wider elements are placed first so that every array starts aligned.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, SafetensorsTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(tensors).sort(
    (a, b) => tensors[b].data.BYTES_PER_ELEMENT - tensors[a].data.BYTES_PER_ELEMENT || (a < b ? -1 : 1),
  );
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const name of names) {
    const { dtype, shape, data } = tensors[name];
    const elements = shape.reduce((product, size) => product * size, 1);
    if (elements !== data.length || !(data instanceof ARRAY_TYPES[dtype])) {
      throw new InvalidDataError({
        expected: `tensor "${name}" to hold ${elements} ${dtype} elements for shape [${shape}]`,
        found: `${data.length} elements in a ${data.constructor.name}`,
        fix: 'pass the array that belongs to the shape',
      });
    }
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const text = JSON.stringify(header);
  let json = new TextEncoder().encode(text);
  const padding = (ALIGNMENT - (json.length % ALIGNMENT)) % ALIGNMENT;
  if (padding > 0) json = new TextEncoder().encode(text + ' '.repeat(padding));
  const bytes = new Uint8Array(8 + json.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  let position = 8 + json.length;
  for (const name of names) {
    const { data } = tensors[name];
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/**
 * Reads the bytes of a safetensors file. Arrays are copies; `bytes` may be reused.
 * @param source what the bytes came from, for messages.
 * @throws {InvalidDataError} when the file is truncated or its header does not fit its data.
 */
export function decodeSafetensors(bytes: Uint8Array, source = 'the safetensors file'): SafetensorsFile {
  const fail = (found: string, cause?: unknown): never => {
    throw new InvalidDataError({
      expected: `${source} to be a whole safetensors file`,
      found,
      fix: 'write or download it again',
      details: { source },
      cause,
    });
  };
  if (bytes.length < 8) fail(`${bytes.length} bytes`);
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (headerLength > BigInt(bytes.length - 8)) fail(`a header of ${headerLength} bytes in ${bytes.length}`);
  const start = 8 + Number(headerLength);
  let header: z.infer<typeof headerSchema>;
  try {
    header = headerSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start))));
  } catch (error) {
    return fail('a header that is not the format’s', error);
  }
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors: Record<string, SafetensorsTensor> = {};
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(entries)) {
    const ArrayType = ARRAY_TYPES[dtype];
    const elements = shape.reduce((product, size) => product * size, 1);
    const [from, to] = offsets;
    if (to - from !== elements * ArrayType.BYTES_PER_ELEMENT)
      fail(`tensor "${name}" of ${to - from} bytes for shape [${shape}]`);
    if (start + to > bytes.length) fail(`tensor "${name}" ends at byte ${start + to} of ${bytes.length}`);
    // Buffer's own slice, in Node, would be a view into the whole file.
    const copy = Uint8Array.prototype.slice.call(bytes, start + from, start + to);
    tensors[name] = { dtype, shape, data: new ArrayType(copy.buffer, 0, elements) };
  }
  return { tensors, metadata };
}
