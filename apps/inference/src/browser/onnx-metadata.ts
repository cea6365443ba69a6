import { InvalidBundleError } from '@mien/core';

/** The fields that are read of onnx.proto: ModelProto.metadata_props, and StringStringEntryProto's two. */
const METADATA_PROPS = 14;
const KEY = 1;
const VALUE = 2;

/** How protobuf encodes a field: https://protobuf.dev/programming-guides/encoding/ */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/**
 * The metadata of an ONNX file, which ONNX Runtime Web does not show; `mien export` writes there what a network expects.
 * @throws {InvalidBundleError} when the bytes are no ONNX file.
 */
export function readOnnxMetadata(bytes: Uint8Array): Readonly<Record<string, string>> {
  const decoder = new TextDecoder();
  const metadata: Record<string, string> = {};
  for (const { field, value } of fieldsOf(bytes)) {
    if (field !== METADATA_PROPS || !value) continue;
    const entry = [...fieldsOf(value)];
    const text = (wanted: number) => decoder.decode(entry.find((one) => one.field === wanted)?.value);
    metadata[text(KEY)] = text(VALUE);
  }
  return metadata;
}

/** The fields of a message; `value` only of those that have a length. */
function* fieldsOf(bytes: Uint8Array): Generator<{ readonly field: number; readonly value?: Uint8Array }> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; at < bytes.length; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw damaged();
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const type = tag % 8;
    if (type === LENGTH_DELIMITED) {
      const length = varint();
      if (at + length > bytes.length) throw damaged();
      yield { field, value: bytes.subarray(at, at + length) };
      at += length;
      continue;
    }
    if (type === VARINT) varint();
    else if (type === FIXED_64) at += 8;
    else if (type === FIXED_32) at += 4;
    else throw damaged();
    yield { field };
  }
}

function damaged(): InvalidBundleError {
  return new InvalidBundleError({
    expected: 'an ONNX file',
    found: 'bytes that are none, or only a part of one',
    fix: 'write it with mien export',
  });
}
