import { basename, extname, join } from 'node:path';
import type { NamedSource } from './find-sources.js';

/** Gives each picture a file in `folder` for its annotated copy: its own name, with a number where two pictures have the same. */
export function nameAnnotatedCopies(sources: readonly NamedSource[], folder: string): NamedSource[] {
  const taken = new Set<string>();
  return sources.map((source) => {
    const stem = stemOf(source.name);
    let name = stem;
    // Some file systems do not tell capitals from small letters.
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${stem}-${number}`;
    taken.add(name.toLowerCase());
    return { ...source, annotateTo: join(folder, `${name}.annotated.jpg`) };
  });
}

function stemOf(name: string): string {
  if (name === '-') return 'stdin';
  const last = basename(name);
  // Addresses have characters that file systems refuse.
  return last.slice(0, last.length - extname(last).length).replace(/[^\p{L}\p{N} ._()[\]-]/gu, '_') || 'picture';
}
