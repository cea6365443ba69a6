import type { AttributeValue } from './graph.js';

const TAG_INTEGER = 1;
const TAG_FLOAT = 2;
const TAG_STRING = 3;
const TAG_BOOLEAN = 4;
const TAG_ARRAY = 5;

const internedStrings = new Map<string, number>();

/** A small number that stands for a string for as long as the process lives. */
export function internString(text: string): number {
  let token = internedStrings.get(text);
  if (token === undefined) {
    token = internedStrings.size;
    internedStrings.set(text, token);
  }
  return token;
}

const floatView = new Float64Array(1);
const wordView = new Int32Array(floatView.buffer);

/**
 * The structure of a recording as a growing list of 32-bit words. Two recordings with equal words have equal graphs,
 * so the words (not only their hash) decide whether a compiled graph can be used again. Written while recording,
 * because building a key for a whole training step at once costs milliseconds.
 */
export class StructureKey {
  private words = new Int32Array(4096);
  private length = 0;

  clear(): void {
    this.length = 0;
  }

  push(word: number): void {
    if (this.length === this.words.length) {
      const larger = new Int32Array(this.words.length * 2);
      larger.set(this.words);
      this.words = larger;
    }
    this.words[this.length] = word;
    this.length += 1;
  }

  pushShape(shape: readonly number[]): void {
    this.push(shape.length);
    for (const dimension of shape) this.push(dimension);
  }

  pushAttribute(value: AttributeValue | undefined): void {
    if (typeof value === 'number') {
      if (Number.isInteger(value) && Math.abs(value) < 2 ** 31 && !Object.is(value, -0)) {
        this.push(TAG_INTEGER);
        this.push(value);
      } else {
        floatView[0] = value;
        this.push(TAG_FLOAT);
        this.push(wordView[0]!);
        this.push(wordView[1]!);
      }
    } else if (typeof value === 'string') {
      this.push(TAG_STRING);
      this.push(internString(value));
    } else if (typeof value === 'boolean') {
      this.push(TAG_BOOLEAN);
      this.push(value ? 1 : 0);
    } else if (value === undefined) {
      this.push(0);
    } else {
      this.push(TAG_ARRAY);
      this.push(value.length);
      for (const element of value) this.pushAttribute(element);
    }
  }

  /** 32-bit multiplicative hash of all words (the mixing step of MurmurHash3). */
  hash(): number {
    let hash = this.length | 0;
    for (let index = 0; index < this.length; index += 1) {
      let word = Math.imul(this.words[index]!, 0xcc9e2d51);
      word = (word << 15) | (word >>> 17);
      hash ^= Math.imul(word, 0x1b873593);
      hash = (hash << 13) | (hash >>> 19);
      hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
    }
    return hash;
  }

  snapshot(): Int32Array {
    return this.words.slice(0, this.length);
  }

  equals(words: Int32Array): boolean {
    if (words.length !== this.length) return false;
    for (let index = 0; index < words.length; index += 1) if (words[index] !== this.words[index]) return false;
    return true;
  }
}
