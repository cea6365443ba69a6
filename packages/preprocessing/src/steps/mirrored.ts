/** A place on an axis of `length` pixels that is continued by its mirror image at both ends: −1 is pixel 0, −2 pixel 1. */
export function mirrored(place: number, length: number): number {
  const period = 2 * length;
  const at = ((place % period) + period) % period;
  return at < length ? at : period - 1 - at;
}
