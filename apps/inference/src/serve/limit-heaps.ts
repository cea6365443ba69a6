import { familySync, GLIBC } from 'detect-libc';
import koffi from 'koffi';

/** `M_ARENA_MAX` of glibc's malloc.h. */
const ARENA_MAX = -8;

/**
 * Has glibc make no more than `heaps` heaps, as `MALLOC_ARENA_MAX` would. It gives nearly every thread one of its own, and each keeps what was freed in it, so
 * that a server under load grows. Does nothing elsewhere, nor where the variable is set.
 *
 * @throws {Error} when glibc does not take it.
 */
export function limitHeaps(heaps: number): void {
  if (process.env.MALLOC_ARENA_MAX !== undefined || familySync() !== GLIBC) return;
  const mallopt = koffi.load('libc.so.6').func('int mallopt(int, int)');
  if (mallopt(ARENA_MAX, heaps) !== 1) throw new Error(`glibc did not take ${heaps} heaps as a limit`);
}
