import type { Emotion } from '@mien/core';

export interface Moment {
  /** Seconds. */
  readonly time: number;
  readonly probabilities: Readonly<Partial<Record<Emotion, number>>>;
}

/** What was read of each face of a video in its last seconds. */
export class FaceHistory {
  readonly #seconds: number;
  readonly #faces = new Map<number, Moment[]>();

  /** @param seconds that are kept. */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** @param time in seconds; when it goes back, all is forgotten: the video was wound back. */
  add(time: number, faces: readonly { readonly id: number; readonly probabilities: Moment['probabilities'] }[]): void {
    for (const [id, moments] of this.#faces) {
      if ((moments.at(-1)?.time ?? 0) > time) moments.length = 0;
      const old = moments.findIndex((moment) => moment.time >= time - this.#seconds);
      moments.splice(0, old < 0 ? moments.length : old);
      if (moments.length === 0) this.#faces.delete(id);
    }
    for (const { id, probabilities } of faces) {
      const moments = this.#faces.get(id) ?? [];
      moments.push({ time, probabilities });
      this.#faces.set(id, moments);
    }
  }

  /** The moments of a face, the oldest first. */
  of(id: number): readonly Moment[] {
    return this.#faces.get(id) ?? [];
  }

  clear(): void {
    this.#faces.clear();
  }
}

/** How much of each emotion there was on the whole, most first. */
export function meanProbabilities(moments: readonly Moment[]): (readonly [Emotion, number])[] {
  const sums = new Map<Emotion, number>();
  for (const { probabilities } of moments) {
    for (const [emotion, value] of Object.entries(probabilities) as [Emotion, number][]) {
      sums.set(emotion, (sums.get(emotion) ?? 0) + value / moments.length);
    }
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}
