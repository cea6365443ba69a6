const encoder = new TextEncoder();

/** Longer values are not copied into their message, and that into the message around it: `finish` copies each once. */
const COPIED = 1024;

/** The few protobuf wire types that ONNX models need (https://protobuf.dev/programming-guides/encoding/). */
export class ProtobufWriter {
  /** What stands before the buffer. */
  private readonly pieces: Uint8Array[] = [];
  private piecesLength = 0;
  private buffer = new Uint8Array(256);
  private length = 0;

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.length + count));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }

  private append(value: Uint8Array): void {
    if (value.length > COPIED) {
      this.pieces.push(this.buffer.subarray(0, this.length), value);
      this.piecesLength += this.length + value.length;
      this.buffer = new Uint8Array(256);
      this.length = 0;
      return;
    }
    this.reserve(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
  }

  private rawVarint(value: bigint): void {
    this.reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.buffer[this.length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.buffer[this.length++] = Number(rest);
  }

  private smallVarint(value: number): void {
    this.reserve(10);
    let rest = value;
    while (rest > 0x7f) {
      this.buffer[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.length++] = rest;
  }

  /** int32, int64 and enum fields. */
  integer(field: number, value: number): this {
    this.smallVarint(field * 8);
    if (value >= 0) this.smallVarint(value);
    else this.rawVarint(BigInt(value));
    return this;
  }

  float(field: number, value: number): this {
    this.smallVarint(field * 8 + 5);
    this.reserve(4);
    new DataView(this.buffer.buffer).setFloat32(this.length, value, true);
    this.length += 4;
    return this;
  }

  /** @param value must not change before `finish`. */
  bytes(field: number, value: Uint8Array): this {
    this.smallVarint(field * 8 + 2);
    this.smallVarint(value.length);
    this.append(value);
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value));
  }

  /** @param value is complete: what is added to it afterwards may or may not be in this. */
  message(field: number, value: ProtobufWriter): this {
    this.smallVarint(field * 8 + 2);
    this.smallVarint(value.piecesLength + value.length);
    for (const piece of value.pieces) this.append(piece);
    this.append(value.buffer.subarray(0, value.length));
    return this;
  }

  finish(): Uint8Array {
    if (this.pieces.length === 0) return this.buffer.subarray(0, this.length);
    const whole = new Uint8Array(this.piecesLength + this.length);
    let end = 0;
    for (const piece of [...this.pieces, this.buffer.subarray(0, this.length)]) {
      whole.set(piece, end);
      end += piece.length;
    }
    return whole;
  }
}
