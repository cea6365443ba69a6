import type { FaceReader } from '@mien/inference/browser';
import type { StageTimes } from './protocol.js';

/** Measures the stages of a reader while it reads. */
export class StageTimer {
  /** The reader, measured. */
  readonly reader: FaceReader;
  #times = { detect: 0, prepare: 0, express: 0 };

  constructor(reader: FaceReader, now: () => number = () => performance.now()) {
    const add = (stage: keyof StageTimes, from: number) => {
      this.#times[stage] += now() - from;
    };
    this.reader = {
      card: reader.card,
      frames: reader.frames,
      detect: async (image) => {
        const from = now();
        const faces = await reader.detect(image);
        add('detect', from);
        return faces;
      },
      prepareFace: (image, face) => {
        const from = now();
        const input = reader.prepareFace(image, face);
        add('prepare', from);
        return input;
      },
      predict: async (inputs) => {
        const from = now();
        const rows = await reader.predict(inputs);
        add('express', from);
        return rows;
      },
    };
  }

  /** Milliseconds since the last `reset`. */
  get times(): StageTimes {
    return { ...this.#times };
  }

  reset(): void {
    this.#times = { detect: 0, prepare: 0, express: 0 };
  }
}
