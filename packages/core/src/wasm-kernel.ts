/** The part of WebAssembly that is used here: not every TypeScript library declares it. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> };
};

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** A small WebAssembly module and its memory, which grows and never shrinks. */
export interface WasmKernel<Functions> {
  readonly run: Functions;
  /** The first byte of memory that is free, a multiple of 16. */
  readonly base: number;
  /** The memory, with at least `size` bytes from `base` on; valid until the next call. */
  reserve(size: number): ArrayBuffer;
}

const PAGE = 65536;

/**
 * Starts a module that needs nothing from outside and exports `memory` and `heapBase`.
 * @param base64 its bytes. @returns undefined where there is no WebAssembly, it lacks instructions that the module uses, or it is forbidden.
 */
export function startWasmKernel<Functions>(base64: string): WasmKernel<Functions> | undefined {
  const exports = instantiate(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  if (!exports) return undefined;
  const memory = exports.memory as Memory;
  const base = Math.ceil((exports.heapBase as () => number)() / 16) * 16;
  return {
    run: exports as Functions,
    base,
    reserve(size) {
      // Vectors may be read beyond the last byte that counts.
      const missing = base + size + 256 - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
      return memory.buffer;
    },
  };
}

function instantiate(bytes: Uint8Array): Record<string, unknown> | undefined {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(bytes)) return undefined;
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  } catch {
    // A valid module is refused by a page's Content-Security-Policy.
    return undefined;
  }
}
