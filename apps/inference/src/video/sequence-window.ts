import { pickFrames } from '@mien/core';

/**
 * The last frames of one face as the input of a network of sequences: their channels interleaved pixel by pixel, the oldest first. While a
 * face has fewer frames than the network takes, some stand more than once, as in short sequences of a data set.
 */
export class SequenceWindow {
  readonly #frames: number;
  readonly #channels: number;
  readonly #last: Float32Array[] = [];

  constructor(frames: number, channels: number) {
    this.#frames = frames;
    this.#channels = channels;
  }

  /** @param frame the face in the next frame, `height × width × channels`. @returns `height × width × (frames × channels)`. */
  next(frame: Float32Array): Float32Array {
    this.#last.push(frame);
    if (this.#last.length > this.#frames) this.#last.shift();
    if (this.#frames === 1) return frame;
    const input = new Float32Array(frame.length * this.#frames);
    const step = this.#frames * this.#channels;
    for (const [place, index] of pickFrames(this.#last.length, this.#frames).entries()) {
      const from = this.#last[index];
      for (let at = 0, to = place * this.#channels; at < from.length; to += step) {
        for (let channel = 0; channel < this.#channels; channel++) input[to + channel] = from[at++];
      }
    }
    return input;
  }
}
