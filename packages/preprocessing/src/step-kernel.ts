import { startWasmKernel, type WasmKernel } from '@mien/core';
import { STEP_WASM } from './step-wasm.js';

interface StepFunctions {
  grey(pixels: number, count: number, to: number): void;
  countLevels(pixels: number, count: number, counts: number): void;
  lookUp(pixels: number, count: number, table: number): void;
  resample(
    pixels: number,
    stride: number,
    channels: number,
    height: number,
    width: number,
    down: number,
    across: number,
    four: number,
    to: number,
  ): void;
}

/** Along one axis, new pixel i is the sum of `weights[i * taps + k] * old[starts[i] + k]` for k below `counts[i]`. */
export interface AxisWeights {
  readonly taps: number;
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Float32Array;
}

/** The compiled steps: what the JavaScript beside them does, byte for byte, several times as fast. */
export interface StepKernel {
  grey(data: Uint8Array): Uint8Array;
  /** @param levelsFor makes the table of new levels from how often each occurs; without one the picture stays as it is. */
  mapLevels(data: Uint8Array, levelsFor: (histogram: Uint32Array) => Uint8Array | undefined): Uint8Array;
  /** @param stride bytes of a row of `data`; @param width, height of what is made. */
  resample(
    data: Uint8Array,
    stride: number,
    channels: number,
    width: number,
    height: number,
    across: AxisWeights,
    down: AxisWeights,
  ): Uint8Array;
}

/** Memory that was asked for once is kept, so pictures of more bytes than this (5 megapixels in colour) are left to JavaScript. */
const MOST_BYTES = 16 * 1024 ** 2;

let started: { readonly kernel: StepKernel | undefined } | undefined;

/** The compiled steps; undefined where WebAssembly has no vectors, and for pictures that are too large. */
export function stepKernelFor(bytes: number): StepKernel | undefined {
  if (bytes > MOST_BYTES) return undefined;
  if (!started) {
    const kernel = startWasmKernel<StepFunctions>(STEP_WASM);
    started = { kernel: kernel && bind(kernel) };
  }
  return started.kernel;
}

/** Parts of the memory begin at multiples of this. */
const aligned = (bytes: number) => Math.ceil(bytes / 16) * 16;
/** `countLevels` counts in four tables. */
const COUNTERS = 4 * 4 * 256;

function bind({ run, base, reserve }: WasmKernel<StepFunctions>): StepKernel {
  const taken = (buffer: ArrayBuffer, from: number, bytes: number) => new Uint8Array(buffer.slice(from, from + bytes));
  return {
    grey(data) {
      const count = data.length / 3;
      const to = base + aligned(data.length);
      const buffer = reserve(aligned(data.length) + count);
      new Uint8Array(buffer).set(data, base);
      run.grey(base, count, to);
      return taken(buffer, to, count);
    },
    mapLevels(data, levelsFor) {
      const table = base + COUNTERS;
      const pixels = table + 256;
      const buffer = reserve(COUNTERS + 256 + data.length);
      new Uint8Array(buffer).set(data, pixels);
      run.countLevels(pixels, data.length, base);
      const levels = levelsFor(new Uint32Array(buffer.slice(base, base + 4 * 256)));
      if (!levels) return data;
      new Uint8Array(buffer).set(levels, table);
      run.lookUp(pixels, data.length, table);
      return taken(buffer, pixels, data.length);
    },
    resample(data, stride, channels, width, height, across, down) {
      const newBytes = width * height * channels;
      const downAt = base + aligned(data.length);
      const acrossAt = downAt + sizeOf(down);
      const four = acrossAt + sizeOf(across);
      const to = four + 16 * (Math.ceil(stride / 8) * 8);
      const buffer = reserve(to - base + newBytes);
      new Uint8Array(buffer).set(data, base);
      write(buffer, downAt, down);
      write(buffer, acrossAt, across);
      run.resample(base, stride, channels, height, width, downAt, acrossAt, four, to);
      return taken(buffer, to, newBytes);
    },
  };
}

function sizeOf({ starts, weights }: AxisWeights): number {
  return aligned(4 + 8 * starts.length + weights.byteLength);
}

function write(buffer: ArrayBuffer, at: number, { taps, starts, counts, weights }: AxisWeights): void {
  const places = new Int32Array(buffer, at, 1 + 2 * starts.length);
  places[0] = taps;
  for (let place = 0; place < starts.length; place++) {
    places[1 + 2 * place] = starts[place];
    places[2 + 2 * place] = counts[place];
  }
  new Float32Array(buffer, at + 4 + 8 * starts.length, weights.length).set(weights);
}
