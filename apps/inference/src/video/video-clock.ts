/** A longer step between two frames is a clock that was set, or recordings put together, and counts as one frame. */
const LONGEST_STEP = 10;

/**
 * The time of a video's frames: from 0, always growing, whatever the time stamps do. A stamp that is missing, stands still, goes back or
 * leaps ahead (a clock that was set, a counter that began again) counts as one frame later, and the next go on from there.
 */
export class VideoClock {
  readonly #frameSeconds: number;
  #time = 0;
  #lastStamp: number | undefined;
  #started = false;

  /** @param frameRate frames a second, for frames without a usable stamp. */
  constructor(frameRate: number) {
    this.#frameSeconds = 1 / frameRate;
  }

  /** @param stamp of the next frame in seconds, from any beginning. @returns its time in seconds. */
  next(stamp: number | undefined): number {
    const usable = stamp !== undefined && Number.isFinite(stamp) ? stamp : undefined;
    if (this.#started) {
      const step = usable === undefined || this.#lastStamp === undefined ? Number.NaN : usable - this.#lastStamp;
      this.#time += step > 0 && step <= LONGEST_STEP ? step : this.#frameSeconds;
    }
    this.#started = true;
    this.#lastStamp = usable ?? (this.#lastStamp === undefined ? undefined : this.#lastStamp + this.#frameSeconds);
    return this.#time;
  }
}
