/**
 * Smooths the probabilities of one face over time: exponential smoothing with a time constant τ,
 * p ← p + (1 − e^(−Δt/τ)) · (x − p), which gives the same whatever the frame rate; a step is reached to 63 % after τ. Probabilities stay in
 * 0..1 and keep their sum, since each value is a mean of those that came.
 */
export class ProbabilityFilter {
  readonly #seconds: number;
  #values: Float64Array | undefined;
  #lastTime = 0;

  /** @param seconds τ; 0 gives back what comes. */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** @param row probabilities; @param time in seconds, not before the last. @returns a new row. */
  next(row: ArrayLike<number>, time: number): Float64Array {
    const before = this.#seconds > 0 ? this.#values : undefined;
    const share = 1 - Math.exp(-Math.max(0, time - this.#lastTime) / this.#seconds);
    this.#values = Float64Array.from(row, (value, index) =>
      before ? before[index] + share * (value - before[index]) : value,
    );
    this.#lastTime = time;
    return this.#values.slice();
  }
}
