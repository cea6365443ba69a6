import { InvalidArgumentError } from 'commander';

/** Reads a command-line argument that counts something. @throws {InvalidArgumentError} when it is not a whole number above 0. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('a whole number above 0 is needed');
}
