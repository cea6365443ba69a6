import type { Random } from '@mien/core';

/** A number from Beta(alpha, alpha): G / (G + H) of two numbers from Gamma(alpha). */
export function drawBeta(alpha: number, random: Random): number {
  // In logarithms: for a small alpha both gammas may be too small for a double, and their quotient must still be right.
  const difference = drawLogGamma(alpha, random) - drawLogGamma(alpha, random);
  return 1 / (1 + Math.exp(-difference));
}

/** The logarithm of a number from Gamma(shape, 1): Marsaglia & Tsang 2000; below 1 by their section 6. */
function drawLogGamma(shape: number, random: Random): number {
  if (shape < 1) return drawLogGamma(shape + 1, random) + Math.log(1 - random.next()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
