/**
 * Which frames of a sequence to take so that there are `count`: evenly spread, with the first and the last; a short sequence repeats some.
 * @param length how many there are, at least 1.
 */
export function pickFrames(length: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) =>
    count === 1 ? length - 1 : Math.round((index * (length - 1)) / (count - 1)),
  );
}
