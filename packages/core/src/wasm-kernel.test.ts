import { Buffer } from 'node:buffer';
import { afterEach, expect, test, vi } from 'vitest';
import { startWasmKernel } from './wasm-kernel.js';

/** (module (memory (export "memory") 1) (func (export "heapBase") (result i32) i32.const 20)) */
const MODULE = Buffer.from(
  [
    '0061736d01000000',
    '0105016000017f',
    '03020100',
    '0503010001',
    '071502066d656d6f72790200086865617042617365' + '0000',
    '0a06010400' + '41140b',
  ].join(''),
  'hex',
).toString('base64');

afterEach(() => vi.unstubAllGlobals());

test('memory begins at a multiple of 16 and grows to what is asked for', () => {
  const kernel = startWasmKernel<object>(MODULE);
  expect(kernel?.base).toBe(32);
  expect(kernel?.reserve(100).byteLength).toBe(65536);
  const grown = kernel?.reserve(200_000);
  expect(grown?.byteLength).toBeGreaterThanOrEqual(200_032);
  expect(kernel?.reserve(10)).toBe(grown);
});

test('without WebAssembly, with bytes that are no module, or where a page forbids it, there is none', () => {
  expect(startWasmKernel('AAAA')).toBeUndefined();
  const forbidden = class {
    constructor() {
      throw new EvalError('Refused by the Content-Security-Policy');
    }
  };
  vi.stubGlobal('WebAssembly', { ...WebAssembly, validate: () => true, Module: forbidden });
  expect(startWasmKernel(MODULE)).toBeUndefined();
  vi.stubGlobal('WebAssembly', undefined);
  expect(startWasmKernel(MODULE)).toBeUndefined();
});

declare const WebAssembly: object;
