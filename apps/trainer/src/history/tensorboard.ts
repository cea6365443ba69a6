import { join } from 'node:path';
import { writeFileAtomically } from '@mien/core/node';
import type { History } from '@mien/training';
import { crc32c } from './crc32c.js';

/** The tags that TensorBoard shows, by the figures of an epoch; those before the stroke stand in one panel. */
const TAGS = {
  trainLoss: 'loss/train',
  validationLoss: 'loss/validation',
  trainAccuracy: 'accuracy/train',
  validationAccuracy: 'accuracy/validation',
  learningRate: 'learning_rate',
  seconds: 'seconds_per_epoch',
} as const;

/**
 * Writes a run's history as a TensorBoard event file, `tensorboard/events.out.tfevents.<start>.mien` in the run folder: `tensorboard --logdir runs`.
 * @param started when the run began; an epoch's time is that and the epochs before.
 */
export async function writeTensorBoard(directory: string, history: History, started: Date): Promise<void> {
  const seconds = Math.floor(started.getTime() / 1000);
  const path = join(directory, 'tensorboard', `events.out.tfevents.${String(seconds).padStart(10, '0')}.mien`);
  await writeFileAtomically(path, encodeEvents(history, seconds));
}

/** The bytes of an event file: TFRecords of `tensorflow.Event` messages, the first with the format's version. */
export function encodeEvents(history: History, startSeconds: number): Uint8Array {
  let time = startSeconds;
  const events = history.map((entry) => {
    time += entry.seconds;
    const values = (Object.keys(TAGS) as (keyof typeof TAGS)[]).flatMap((key) => {
      const value = entry[key];
      // Summary.Value: tag = 1, simple_value = 2. Summary: value = 1.
      return value === undefined ? [] : [bytesField(1, concat(stringField(1, TAGS[key]), floatField(2, value)))];
    });
    // Event: wall_time = 1, step = 2, summary = 5.
    return concat(doubleField(1, time), varintField(2, entry.epoch), bytesField(5, concat(...values)));
  });
  // Event: file_version = 3.
  const first = concat(doubleField(1, startSeconds), stringField(3, 'brain.Event:2'));
  return concat(...[first, ...events].map(toRecord));
}

/** TFRecord: length, its masked checksum, data, its masked checksum; little-endian. */
function toRecord(data: Uint8Array): Uint8Array {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setBigUint64(0, BigInt(data.length), true);
  return concat(head, maskedChecksum(head), data, maskedChecksum(data));
}

function maskedChecksum(bytes: Uint8Array): Uint8Array {
  const crc = crc32c(bytes);
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, masked, true);
  return out;
}

// Protocol buffers' wire types: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Uint8Array.of(...bytes, rest);
}

function varintField(field: number, value: number): Uint8Array {
  return concat(varint(field * 8), varint(value));
}

function doubleField(field: number, value: number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setFloat64(0, value, true);
  return concat(varint(field * 8 + 1), out);
}

function floatField(field: number, value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setFloat32(0, value, true);
  return concat(varint(field * 8 + 5), out);
}

function bytesField(field: number, value: Uint8Array): Uint8Array {
  return concat(varint(field * 8 + 2), varint(value.length), value);
}

function stringField(field: number, value: string): Uint8Array {
  return bytesField(field, new TextEncoder().encode(value));
}

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
