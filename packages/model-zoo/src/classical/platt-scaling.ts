/** The probability of "yes" at a decision value v is 1 / (1 + exp(slope · v + offset)). */
export interface Sigmoid {
  readonly slope: number;
  readonly offset: number;
}

const MAX_ITERATIONS = 100;
const SMALLEST_GRADIENT = 1e-7;
/** Added to the Hessian's diagonal so that it can be inverted. */
const RIDGE = 1e-12;

/**
 * Fits a sigmoid to decision values by maximum likelihood (Platt 1999), with Newton's method and backtracking as Lin, Lin & Weng (2007, appendix) give it. Targets are
 * (N₊ + 1)/(N₊ + 2) and 1/(N₋ + 2) instead of 1 and 0. The decision values must be of rows that the machine was not trained on.
 */
export function fitSigmoid(decisions: ArrayLike<number>, positive: readonly boolean[]): Sigmoid {
  const count = positive.filter(Boolean).length;
  const high = (count + 1) / (count + 2);
  const low = 1 / (positive.length - count + 2);
  const targets = positive.map((yes) => (yes ? high : low));
  const loss = (slope: number, offset: number) => {
    let sum = 0;
    targets.forEach((target, row) => {
      const z = slope * decisions[row] + offset;
      // log(1 + exp) of the side that does not overflow.
      sum += z >= 0 ? target * z + Math.log1p(Math.exp(-z)) : (target - 1) * z + Math.log1p(Math.exp(z));
    });
    return sum;
  };
  let slope = 0;
  let offset = Math.log((positive.length - count + 1) / (count + 1));
  let current = loss(slope, offset);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    let [h11, h22, h21, g1, g2] = [RIDGE, RIDGE, 0, 0, 0];
    targets.forEach((target, row) => {
      const value = decisions[row];
      const z = slope * value + offset;
      const p = z >= 0 ? Math.exp(-z) / (1 + Math.exp(-z)) : 1 / (1 + Math.exp(z));
      const weight = p * (1 - p);
      h11 += value * value * weight;
      h22 += weight;
      h21 += value * weight;
      g1 += value * (target - p);
      g2 += target - p;
    });
    if (Math.abs(g1) < SMALLEST_GRADIENT && Math.abs(g2) < SMALLEST_GRADIENT) break;
    const determinant = h11 * h22 - h21 * h21;
    const stepSlope = -(h22 * g1 - h21 * g2) / determinant;
    const stepOffset = -(h11 * g2 - h21 * g1) / determinant;
    const descent = g1 * stepSlope + g2 * stepOffset;
    let size = 1;
    for (; size >= 1e-10; size /= 2) {
      const next = loss(slope + size * stepSlope, offset + size * stepOffset);
      if (next < current + 1e-4 * size * descent) {
        slope += size * stepSlope;
        offset += size * stepOffset;
        current = next;
        break;
      }
    }
    if (size < 1e-10) break;
  }
  return { slope, offset };
}

/** The probability that a sigmoid gives a decision value. */
export function applySigmoid({ slope, offset }: Sigmoid, decision: number): number {
  return 1 / (1 + Math.exp(slope * decision + offset));
}
