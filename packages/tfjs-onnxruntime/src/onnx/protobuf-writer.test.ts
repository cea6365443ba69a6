import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtobufWriter } from './protobuf-writer.js';

type Message = readonly (Uint8Array | Message)[];

/** By the encoding's definition, every message copied into the one around it: tag of field 1 and wire type 2, length, content. */
function encode(message: Message): Uint8Array {
  const parts = message.map((field) => {
    const content = field instanceof Uint8Array ? field : encode(field);
    const length: number[] = [];
    for (let rest = content.length; length.length === 0 || rest > 0; rest >>= 7) {
      length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    }
    return Buffer.concat([Uint8Array.of(10), Uint8Array.from(length), content]);
  });
  return Uint8Array.from(Buffer.concat(parts));
}

function write(message: Message): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const field of message) {
    if (field instanceof Uint8Array) writer.bytes(1, field);
    else writer.message(1, write(field));
  }
  return writer;
}

const bytes = fc
  .tuple(fc.constantFrom(0, 1, 127, 128, 1023, 1024, 1025, 5000), fc.nat(255))
  .map(([length, value]) => new Uint8Array(length).fill(value));
const { message } = fc.letrec<{ message: Message }>((tie) => ({
  message: fc.array(fc.oneof({ maxDepth: 4 }, bytes, tie('message')), { maxLength: 5 }),
}));

test('messages within messages, short and long, are one after the other', () => {
  fc.assert(
    fc.property(message, (tree) => {
      expect(write(tree).finish()).toEqual(encode(tree));
    }),
  );
});
