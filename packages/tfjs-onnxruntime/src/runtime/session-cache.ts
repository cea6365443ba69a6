import type { StructureKey } from '../graph/structure-key.js';

interface Releasable {
  release(): void;
}

interface Entry<T> {
  readonly words: Int32Array;
  readonly value: T;
}

/** Compiled graphs by structure, bounded: the least recently used one is released when a new one comes. */
export class SessionCache<T extends Releasable> {
  private readonly entries = new Map<string, Entry<T>>();

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.entries.size;
  }

  /** The compiled graph of exactly this structure, made by `compile` when there is none. */
  get(key: StructureKey, compile: () => T): T {
    const hash = key.hash();
    for (let probe = 0; ; probe += 1) {
      const name = `${hash}:${probe}`;
      const entry = this.entries.get(name);
      if (entry === undefined) {
        const value = compile();
        this.entries.set(name, { words: key.snapshot(), value });
        this.evict();
        return value;
      }
      if (key.equals(entry.words)) {
        this.entries.delete(name);
        this.entries.set(name, entry);
        return entry.value;
      }
    }
  }

  clear(): void {
    for (const entry of this.entries.values()) entry.value.release();
    this.entries.clear();
  }

  private evict(): void {
    while (this.entries.size > this.capacity) {
      const [oldest] = this.entries;
      oldest![1].value.release();
      this.entries.delete(oldest![0]);
    }
  }
}
