import type { Box } from '@mien/core';
import { KalmanFilter } from './kalman-filter.js';
import type { FaceTrackerOptions } from './tracker-options.js';

/** How fast a face that was just found may be moving, in sides of its box a second. */
const FIRST_SPEED = 3;

/** How fast its size may be changing, and how much that speed changes, as a share a second; faces come nearer slower than they turn. */
const FIRST_GROWTH = 0.5;
const GROWTH_CHANGE = 2;

/** The motion of one box: its centre, and the logarithm of its sides, so that these stay positive. */
export class BoxTrack {
  readonly #options: FaceTrackerOptions;
  readonly #x: KalmanFilter;
  readonly #y: KalmanFilter;
  readonly #width: KalmanFilter;
  readonly #height: KalmanFilter;

  constructor(box: Box, options: FaceTrackerOptions) {
    this.#options = options;
    const noise = options.measurementNoise;
    const side = sideOf(box);
    this.#x = new KalmanFilter(box.x + box.width / 2, noise * side, FIRST_SPEED * side);
    this.#y = new KalmanFilter(box.y + box.height / 2, noise * side, FIRST_SPEED * side);
    this.#width = new KalmanFilter(Math.log(box.width), noise, FIRST_GROWTH);
    this.#height = new KalmanFilter(Math.log(box.height), noise, FIRST_GROWTH);
  }

  get box(): Box {
    const [width, height] = [Math.exp(this.#width.position), Math.exp(this.#height.position)];
    return { x: this.#x.position - width / 2, y: this.#y.position - height / 2, width, height };
  }

  /** Of the centre, in pixels a second. */
  get velocity(): [x: number, y: number] {
    return [this.#x.velocity, this.#y.velocity];
  }

  predict(seconds: number): void {
    const push = this.#options.acceleration * sideOf(this.box);
    this.#x.predict(seconds, push);
    this.#y.predict(seconds, push);
    this.#width.predict(seconds, GROWTH_CHANGE);
    this.#height.predict(seconds, GROWTH_CHANGE);
  }

  update(box: Box): void {
    const noise = this.#options.measurementNoise;
    const side = sideOf(box);
    this.#x.update(box.x + box.width / 2, noise * side);
    this.#y.update(box.y + box.height / 2, noise * side);
    this.#width.update(Math.log(box.width), noise);
    this.#height.update(Math.log(box.height), noise);
  }
}

/** The geometric mean of a box's sides. */
export function sideOf({ width, height }: Box): number {
  return Math.sqrt(width * height);
}
