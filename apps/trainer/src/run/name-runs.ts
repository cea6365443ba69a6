import { resolve, sep } from 'node:path';

/** Short names of folders: the ends of their paths, as long as it takes to tell them apart. */
export function nameRuns(runs: readonly string[]): string[] {
  const paths = runs.map((run) => resolve(run).split(sep));
  for (let parts = 1; ; parts++) {
    const names = paths.map((path) => path.slice(-parts).join('/'));
    const longest = Math.max(...paths.map((path) => path.length));
    if (new Set(names).size === names.length || parts >= longest) return names;
  }
}
