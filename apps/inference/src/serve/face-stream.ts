import type { FacePrediction } from '@mien/core';
import { createFaceTracker } from '@mien/faces';
import type { PictureResult } from '../reading/read-batch.js';
import type { FrameResponse } from './api-schemas.js';
import { ServerError } from './errors.js';

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

  constructor(read: (content: Uint8Array) => Promise<PictureResult>, send: (response: FrameResponse) => void) {
    this.#read = read;
    this.#send = send;
  }

  push(content: Uint8Array): void {
    if (this.#next) this.#send({ frame: this.#next.number, dropped: true });
    this.#next = { number: ++this.#frames, content, time: performance.now() / 1000 };
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
  }

  /** Resolves when every frame that came has its answer. */
  async finish(): Promise<void> {
    await this.#reading;
  }

  async #readAll(): Promise<void> {
    while (this.#next) {
      const frame = this.#next;
      this.#next = undefined;
      this.#send(await this.#answer(frame));
    }
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
      if (!(error instanceof ServerError)) throw error;
      return { frame: number, error: { code: error.code, message: error.message } };
    }
  }
}
