import { startWasmKernel, type WasmKernel } from '@mien/core';
import type { CascadeData, CascadeRectangle, CascadeTree } from './cascade-data.js';
import { HAAR_WASM } from './haar-wasm.js';

export interface HaarFunctions {
  integrate(
    pixels: number,
    width: number,
    height: number,
    step: number,
    segment: number,
    sums: number,
    squares: number,
  ): void;
  search(
    sums: number,
    squares: number,
    stride: number,
    columns: number,
    rows: number,
    step: number,
    cascade: number,
    area: number,
    scratch: number,
    found: number,
    most: number,
  ): number;
}

/** A window that passed all stages. */
export interface FoundWindow {
  readonly x: number;
  readonly y: number;
  /** Sum of the last stage. */
  readonly weight: number;
}

export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

let started: { readonly kernel: WasmKernel<HaarFunctions> | undefined } | undefined;

/** The compiled search; undefined where WebAssembly has no vectors. */
export function startHaarKernel(): WasmKernel<HaarFunctions> | undefined {
  started ??= { kernel: startWasmKernel<HaarFunctions>(HAAR_WASM) };
  return started.kernel;
}

const NODE = 68;
const TREE = 16;
const STAGE = 12;
const FOUND = 16;
const MOST_FOUND = 65536;
const KINDS: Record<CascadeTree['kind'], number> = { stump: 0, 'node-on-left': 1, 'node-on-right': 2 };
/** OpenCV lets a window pass a stage whose sum is this much too low. */
const THRESHOLD_EPSILON = Math.fround(1e-5);

/**
 * Every window of one size of a picture that passes the cascade, `step` pixels apart.
 * @param picture grey, at the size at which faces are as large as the cascade's window.
 */
export function searchWindows(
  kernel: WasmKernel<HaarFunctions>,
  cascade: CascadeData,
  picture: GreyPicture,
  step: 1 | 2,
): FoundWindow[] {
  const { width, height, data } = picture;
  const { window } = cascade;
  const columns = Math.ceil((width + 1 - window.width) / step);
  const rows = Math.ceil((height + 1 - window.height) / step);
  if (columns <= 0 || rows <= 0) return [];
  const segment = Math.ceil((width + 1) / step);
  const stride = 4 * segment * step;
  const at = layOut(kernel.base, {
    pixels: data.length,
    sums: stride * (height + 1),
    squares: stride * (height + 1),
    cascade: sizeOf(cascade),
    scratch: 5 * columns + 64,
    found: FOUND * MOST_FOUND,
  });
  const buffer = kernel.reserve(at.end - kernel.base);
  new Uint8Array(buffer).set(data, at.pixels);
  const offsetOf = (x: number, y: number) => y * stride + 4 * ((x % step) * segment + Math.floor(x / step));
  writeCascade(new DataView(buffer), at.cascade, cascade, offsetOf);
  kernel.run.integrate(at.pixels, width, height, step, segment, at.sums, at.squares);
  const area = (window.width - 2) * (window.height - 2);
  const count = kernel.run.search(
    at.sums,
    at.squares,
    stride,
    columns,
    rows,
    step,
    at.cascade,
    area,
    at.scratch,
    at.found,
    MOST_FOUND,
  );
  const view = new DataView(buffer, at.found);
  return Array.from({ length: Math.min(count, MOST_FOUND) }, (_, index) => ({
    x: view.getInt32(index * FOUND, true),
    y: view.getInt32(index * FOUND + 4, true),
    weight: view.getFloat64(index * FOUND + 8, true),
  }));
}

/** Where each part of the memory begins. */
function layOut<Part extends string>(base: number, sizes: Record<Part, number>): Record<Part | 'end', number> {
  const starts: Record<string, number> = {};
  let end = base;
  for (const [part, size] of Object.entries<number>(sizes)) {
    starts[part] = end;
    end = Math.ceil((end + size) / 16) * 16;
  }
  return { ...starts, end } as Record<Part | 'end', number>;
}

function sizeOf({ stages }: CascadeData): number {
  return stages.reduce(
    (size, { trees }) => trees.reduce((sum, { nodes }) => sum + TREE + NODE * nodes.length, size + STAGE),
    20,
  );
}

/** As `assembly/haar.ts` reads it: corners of rectangles as bytes from the window's own. */
function writeCascade(
  view: DataView,
  start: number,
  { window, stages }: CascadeData,
  offsetOf: (x: number, y: number) => number,
): void {
  let at = start;
  const integer = (value: number) => {
    view.setInt32(at, value, true);
    at += 4;
  };
  const float = (value: number) => {
    view.setFloat32(at, value, true);
    at += 4;
  };
  const corners = ({ x, y, width, height }: Omit<CascadeRectangle, 'weight'>) => {
    integer(offsetOf(x, y));
    integer(offsetOf(x + width, y));
    integer(offsetOf(x, y + height));
    integer(offsetOf(x + width, y + height));
  };
  integer(stages.length);
  corners({ x: 1, y: 1, width: window.width - 2, height: window.height - 2 });
  for (const { threshold, trees } of stages) {
    integer(trees.length);
    float(Math.fround(threshold) - THRESHOLD_EPSILON);
    integer(trees.reduce((size, { nodes }) => size + TREE + NODE * nodes.length, STAGE));
    for (const { kind, nodes, leaves } of trees) {
      integer(KINDS[kind]);
      for (let leaf = 0; leaf < 3; leaf++) float(leaves[leaf] ?? 0);
      for (const node of nodes) {
        integer(node.rectangles.length);
        float(node.threshold);
        for (let index = 0; index < 3; index++) float(node.rectangles[index]?.weight ?? 0);
        for (let index = 0; index < 3; index++) {
          corners(node.rectangles[index] ?? { x: 0, y: 0, width: 0, height: 0 });
        }
      }
    }
  }
}
