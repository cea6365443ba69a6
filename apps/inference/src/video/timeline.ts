import type { Emotion, Prediction } from '@mien/core';

/** Stretches of time that a timeline has at most; then two become one. */
const MOST_STRETCHES = 600;
/** Faces that a timeline keeps at most: those seen in most frames. */
const MOST_FACES = 100;
const FIRST_STRETCH_SECONDS = 0.1;

/** What one face showed in one stretch of time: mean probabilities, in the order of the labels. */
export interface TimelineStretch {
  readonly from: number;
  readonly to: number;
  readonly means: readonly number[];
}

export interface TimelineFace {
  readonly id: number;
  /** Seconds at which it was first and last seen. */
  readonly first: number;
  readonly last: number;
  readonly frames: number;
  /** The label with the largest mean probability over all its frames. */
  readonly label: Emotion;
  readonly means: readonly number[];
  /** Stretches in which it was seen. */
  readonly stretches: readonly TimelineStretch[];
}

interface Track {
  readonly id: number;
  first: number;
  last: number;
  frames: number;
  readonly sums: Float64Array;
  /** By stretch: the sums of the probabilities, then the count of frames. */
  stretches: Map<number, Float64Array>;
}

/**
 * What each face of a video showed over time, in as much memory for an hour as for a minute: time is cut into stretches that get longer as
 * the video does, and of more than a hundred faces those seen in fewest frames are left out.
 */
export class Timeline {
  readonly labels: readonly Emotion[];
  readonly #tracks = new Map<number, Track>();
  #stretchSeconds = FIRST_STRETCH_SECONDS;
  #end = 0;
  #leftOut = 0;

  constructor(labels: readonly Emotion[]) {
    this.labels = labels;
  }

  /** Seconds from the first frame to the last. */
  get seconds(): number {
    return this.#end;
  }

  /** Faces that were seen too seldom to be kept. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** @param time in seconds, not before the last. */
  add(time: number, faces: readonly ({ readonly id: number } & Pick<Prediction, 'probabilities'>)[]): void {
    this.#end = time;
    while (time >= this.#stretchSeconds * MOST_STRETCHES) this.#halve();
    for (const { id, probabilities } of faces) {
      const track = this.#tracks.get(id) ?? this.#start(id, time);
      const stretch = sumsIn(track.stretches, Math.floor(time / this.#stretchSeconds), this.labels.length);
      for (const [index, label] of this.labels.entries()) {
        const value = probabilities[label] ?? 0;
        track.sums[index] += value;
        stretch[index] += value;
      }
      stretch[this.labels.length]++;
      track.frames++;
      track.last = time;
    }
  }

  /** By the time at which they were first seen. */
  faces(): TimelineFace[] {
    return [...this.#tracks.values()]
      .sort((a, b) => a.first - b.first || a.id - b.id)
      .map(({ id, first, last, frames, sums, stretches }) => {
        const means = [...sums].map((sum) => sum / frames);
        return {
          id,
          first,
          last,
          frames,
          label: this.labels[means.indexOf(Math.max(...means))],
          means,
          stretches: [...stretches].map(([index, values]) => ({
            from: index * this.#stretchSeconds,
            to: (index + 1) * this.#stretchSeconds,
            means: this.labels.map((_, label) => values[label] / values[this.labels.length]),
          })),
        };
      });
  }

  #start(id: number, time: number): Track {
    const track = {
      id,
      first: time,
      last: time,
      frames: 0,
      sums: new Float64Array(this.labels.length),
      stretches: new Map<number, Float64Array>(),
    };
    this.#tracks.set(id, track);
    if (this.#tracks.size > MOST_FACES) this.#leaveOneOut(id);
    return track;
  }

  #leaveOneOut(newest: number): void {
    const rest = [...this.#tracks.values()].filter(({ id }) => id !== newest);
    const fewest = rest.reduce((least, track) => (track.frames < least.frames ? track : least));
    this.#tracks.delete(fewest.id);
    this.#leftOut++;
  }

  #halve(): void {
    this.#stretchSeconds *= 2;
    for (const track of this.#tracks.values()) {
      const merged = new Map<number, Float64Array>();
      for (const [index, values] of track.stretches) {
        const sums = sumsIn(merged, Math.floor(index / 2), this.labels.length);
        for (const [at, value] of values.entries()) sums[at] += value;
      }
      track.stretches = merged;
    }
  }
}

function sumsIn(stretches: Map<number, Float64Array>, index: number, labels: number): Float64Array {
  let sums = stretches.get(index);
  if (!sums) {
    sums = new Float64Array(labels + 1);
    stretches.set(index, sums);
  }
  return sums;
}
