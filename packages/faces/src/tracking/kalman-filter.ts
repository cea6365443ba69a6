/**
 * A Kalman filter of one coordinate that moves at constant velocity while a white acceleration disturbs it (Bar-Shalom, Li & Kirubarajan
 * 2001, *Estimation with Applications to Tracking and Navigation*, section 6.3.2: discretised by a piecewise constant acceleration).
 */
export class KalmanFilter {
  #position: number;
  #velocity = 0;
  // Covariance: of the position, of both, of the velocity.
  #pp: number;
  #pv = 0;
  #vv: number;

  /** @param noise standard deviation of a measurement; @param speed of a velocity that is not known yet. */
  constructor(position: number, noise: number, speed: number) {
    this.#position = position;
    this.#pp = noise ** 2;
    this.#vv = speed ** 2;
  }

  get position(): number {
    return this.#position;
  }

  get velocity(): number {
    return this.#velocity;
  }

  /** Moves on by `seconds`, while an acceleration of standard deviation `acceleration` is at work. */
  predict(seconds: number, acceleration: number): void {
    const variance = acceleration ** 2;
    this.#position += seconds * this.#velocity;
    this.#pp += 2 * seconds * this.#pv + seconds ** 2 * this.#vv + (variance * seconds ** 4) / 4;
    this.#pv += seconds * this.#vv + (variance * seconds ** 3) / 2;
    this.#vv += variance * seconds ** 2;
  }

  /** Takes in a measured position. */
  update(measured: number, noise: number): void {
    const innovation = measured - this.#position;
    const total = this.#pp + noise ** 2;
    const [gainPosition, gainVelocity] = [this.#pp / total, this.#pv / total];
    this.#position += gainPosition * innovation;
    this.#velocity += gainVelocity * innovation;
    this.#vv -= gainVelocity * this.#pv;
    this.#pv -= gainPosition * this.#pv;
    this.#pp -= gainPosition * this.#pp;
  }
}
