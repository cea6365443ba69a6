import type { Random } from '@mien/core';

/** Adds normal noise to levels of 0..255; cutting to that range is the caller's. @param deviation in levels. */
export function addNoise(target: Float32Array, from: number, to: number, deviation: number, random: Random): void {
  for (let at = from; at < to; at += 2) {
    // Both halves of Box & Muller's pair: the logarithm and the root are half of the work.
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random.next()));
    const angle = 2 * Math.PI * random.next();
    target[at] += radius * Math.cos(angle);
    if (at + 1 < to) target[at + 1] += radius * Math.sin(angle);
  }
}
