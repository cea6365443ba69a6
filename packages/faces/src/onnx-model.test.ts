import { readFileSync } from 'node:fs';
import { InvalidDataError, MissingInputError, type PixelImage } from '@mien/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type OnnxOutput, openModel } from './onnx-model.js';
import { readAstronaut } from './testing/pictures.js';

/** What TensorFlow.js makes of the originals; `fixtures/make-network-references.mjs` writes it. */
const references = JSON.parse(readFileSync(new URL('./fixtures/network-references.json', import.meta.url), 'utf8'));

let astronaut: PixelImage;

beforeAll(async () => {
  astronaut = await readAstronaut();
});

/** The portrait at another size, by its nearest pixels, as [1, 3, side, side]. */
function input(side: number, scale: number, offset: number): Float32Array {
  return Float32Array.from({ length: 3 * side * side }, (_, index) => {
    const [channel, y, x] = [Math.floor(index / side ** 2), Math.floor(index / side) % side, index % side];
    const [from, column] = [Math.floor((y * 160) / side), Math.floor((x * 160) / side)];
    return astronaut.data[(from * 160 + column) * 3 + channel] * scale + offset;
  });
}

/** Every 97th of [rows, columns, channels], out of [1, channels, rows, columns]. */
function sample({ data, dims }: OnnxOutput): number[] {
  const [, channels, rows, columns] = dims;
  const values: number[] = [];
  for (let index = 0; index < channels * rows * columns; index += 97) {
    values.push(data[(index % channels) * rows * columns + Math.floor(index / channels)]);
  }
  return values;
}

function expectNear(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  const worst = Math.max(
    ...found.map((value, index) => Math.abs(value - expected[index]) / (1 + Math.abs(expected[index]))),
  );
  expect(worst).toBeLessThan(1e-3);
}

describe('converted networks answer what their originals answer in TensorFlow.js', () => {
  test('BlazeFace', async () => {
    const model = await openModel('blazeface-back', {});
    const outputs = await model.run(input(256, 1 / 127.5, -1), [1, 3, 256, 256]);
    for (const [name, expected] of Object.entries<number[]>(references.blazeface))
      expectNear(sample(outputs[name]), expected);
    await model.release();
  });

  test('the face mesh', async () => {
    const model = await openModel('facemesh', {});
    const { mesh, presence } = await model.run(input(192, 1 / 255, 0), [1, 3, 192, 192]);
    expectNear(
      [...mesh.data].filter((_, index) => index % 97 === 0),
      references.facemesh.mesh,
    );
    expect(presence.data[0]).toBeCloseTo(references.facemesh.presence, 4);
    await model.release();
  });
});

describe('a network', () => {
  test('that is not there, or is none, is said', async () => {
    const assets = async () => Uint8Array.of(1, 2, 3);
    await expect(openModel('facemesh', { assets })).rejects.toThrow(InvalidDataError);
    await expect(openModel('facemesh', { assets })).rejects.toThrow(/models\/facemesh\.onnx/);
    const nowhere = openModel('facemesh', { assets: 'http://127.0.0.1:1/assets/' });
    await expect(nowhere).rejects.toThrow(MissingInputError);
    await expect(nowhere).rejects.toThrow(/127\.0\.0\.1:1\/assets\/models\/facemesh\.onnx/);
  });

  test('may be brought as bytes', async () => {
    const asked: string[] = [];
    const assets = async (path: string) => {
      asked.push(path);
      return readFileSync(new URL(`../dist/${path}`, import.meta.url));
    };
    await (await openModel('blazeface-back', { assets })).release();
    expect(asked).toEqual(['models/blazeface-back.onnx']);
  });
});
