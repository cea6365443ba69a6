import type { FacePrediction } from '@mien/core';
import { createFaceTracker } from '@mien/faces';
import type { PictureResult } from '../reading/read-batch.js';
import type { FrameResponse } from './api-schemas.js';
import { describeFailure } from './failures.js';

interface Frame {
  readonly number: number;
  readonly content: Uint8Array;
  /** Seconds, by a clock that never jumps. */
  readonly time: number;
}

/**
 * One connection's frames: read one at a time, in order, and the faces followed from frame to frame. While one is read, only the newest of
 * those that come is kept; the others are answered as dropped. So memory stays the same however fast frames come.
 */
export class FaceStream {
  readonly #read: (content: Uint8Array) => Promise<PictureResult>;
  readonly #send: (response: FrameResponse) => void;
  readonly #tracker = createFaceTracker<FacePrediction>({ confirmAfter: 1 });
  #frames = 0;
  #next: Frame | undefined;
  #reading: Promise<void> | undefined;
  #isOpen = true;

  /** @param read reads one frame; what it throws is that frame's answer. */
  constructor(read: (content: Uint8Array) => Promise<PictureResult>, send: (response: FrameResponse) => void) {
    this.#read = read;
    this.#send = send;
  }

  push(content: Uint8Array): void {
    if (!this.#isOpen) return;
    if (this.#next) this.#send({ frame: this.#next.number, dropped: true });
    this.#next = { number: ++this.#frames, content, time: performance.now() / 1000 };
    this.#reading ??= this.#readAll();
  }

  /** Takes no more frames, and resolves when every one that came has its answer. */
  async finish(): Promise<void> {
    this.#isOpen = false;
    await this.#reading;
  }

  /** Forgets what waits: nobody is there to be answered. */
  abandon(): void {
    this.#isOpen = false;
    this.#next = undefined;
  }

  async #readAll(): Promise<void> {
    while (this.#next) {
      const frame = this.#next;
      this.#next = undefined;
      this.#send(await this.#answer(frame));
    }
    this.#reading = undefined;
  }

  async #answer({ number, content, time }: Frame): Promise<FrameResponse> {
    try {
      const result = await this.#read(content);
      if ('error' in result) return { frame: number, error: result.error };
      const { width, height } = result;
      const faces = this.#tracker.update(result.faces, time).flatMap(({ id, box, face }) => {
        if (!face) return [];
        const { score, label, confidence, probabilities } = face;
        return [{ id, box, score, label, confidence, probabilities }];
      });
      return { frame: number, width, height, faces };
    } catch (error) {
      const { code, message } = describeFailure(error);
      return { frame: number, error: { code, message } };
    }
  }
}
