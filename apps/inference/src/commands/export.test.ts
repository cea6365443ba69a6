import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEngine } from '@mien/compute';
import { decodeSafetensors, EMOTIONS } from '@mien/core';
import { buildModel, type InputShape, saveBundle, writeWeights } from '@mien/model-zoo';
import { type Tensor as TensorFlowTensor, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The built program, as people run it: `turbo run test` builds first. */
const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const input = { height: 32, width: 32, channels: 1, range: [-1, 1] } as const;
const pipeline = [{ step: 'grey' }, { step: 'resize', width: 32, height: 32 }];
let folder: string;
let model: LayersModel;

async function run(...argv: string[]): Promise<{ code: number; output: string; errors: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, 'export', ...argv], {
      cwd: folder,
    });
    return { code: 0, output: stdout, errors: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout, errors: stderr };
  }
}

async function saveNetwork(id: string, name: string, shape: InputShape = input): Promise<LayersModel> {
  const network = buildModel({ id, classes: 7, seed: 5, input: shape });
  const draft = {
    name: 'small faces',
    architecture: { id, options: {} },
    input: { ...shape, range: [-1, 1] as [number, number] },
    labels: [...EMOTIONS],
    pipeline,
    training: { datasets: ['synthetic'], protocol: 'none', seed: 5, epochs: 0, recipe: {} },
    metrics: [],
    intendedUse: 'tests',
    limits: 'untrained',
    licence: { weights: 'MIT', data: 'generated' },
  };
  await saveBundle(network, draft, join(folder, name));
  return network;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-export-'));
  await startEngine({ engine: 'onnxruntime-cpu' });
  model = await saveNetwork('mini-xception', 'bundle');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a bundle becomes an ONNX file with its labels and pipeline that gives what the network gives', async () => {
  const { code, output } = await run('bundle', '--output', 'faces.onnx');
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^faces\.onnx: small faces, \d+ KiB\n$/) });
  const bytes = await readFile(join(folder, 'faces.onnx'));
  for (const value of [EMOTIONS, pipeline, input]) expect(bytes.includes(JSON.stringify(value))).toBe(true);
  expect(bytes.includes('stem_conv1/kernel')).toBe(true);
  const session = await InferenceSession.create(bytes);
  for (const batch of [1, 3]) {
    const pictures = Float32Array.from({ length: batch * 32 * 32 }, (_, index) => Math.sin(index * index));
    const expected = (model.predict(tensor(pictures, [batch, 32, 32, 1])) as TensorFlowTensor).dataSync();
    const { probabilities } = await session.run({ picture: new Tensor('float32', pictures, [batch, 32, 32, 1]) });
    expect(probabilities.dims).toEqual([batch, 7]);
    expected.forEach((value, index) => {
      expect(probabilities.data[index]).toBeCloseTo(value, 5);
    });
  }
  await session.release();
});

/** A plain TensorFlow.js, that knows nothing of Mien: loads what is in a folder and prints what it predicts. */
const LOADER = `
import { readFileSync } from 'node:fs';
import { io, setBackend, tensor } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
await setBackend('cpu');
const folder = process.argv[1];
const { modelTopology, weightsManifest: [{ paths: [file], weights }] } = JSON.parse(readFileSync(folder + '/model.json'));
const bytes = readFileSync(folder + '/' + file);
const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
const model = await loadLayersModel(io.fromMemory({ modelTopology, weightSpecs: weights, weightData }));
const pictures = tensor(Float32Array.from({ length: 2 * 32 * 32 }, (_, index) => Math.sin(index * index)), [2, 32, 32, 1]);
console.log(JSON.stringify([...model.predict(pictures).dataSync()]));
`;

test.each(['mini-xception', 'mien-net'])(
  '%s as tfjs-layers is loaded by TensorFlow.js alone, with equal outputs',
  async (id) => {
    const network = await saveNetwork(id, `${id}.bundle`);
    const { code, output } = await run(`${id}.bundle`, '--format', 'tfjs-layers', '--output', `${id}-tfjs`);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/-tfjs: small faces, \d+ KiB\n$/) });
    const argv = ['--input-type=module', '--eval', LOADER, join(folder, `${id}-tfjs`)];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: import.meta.dirname });
    const found = JSON.parse(stdout.slice(stdout.indexOf('['))) as number[];
    const pictures = Float32Array.from({ length: 2 * 32 * 32 }, (_, index) => Math.sin(index * index));
    const expected = (network.predict(tensor(pictures, [2, 32, 32, 1])) as TensorFlowTensor).dataSync();
    expect(found).toHaveLength(14);
    expected.forEach((value, index) => {
      expect(found[index]).toBeCloseTo(value, 5);
    });
    const { userDefinedMetadata } = JSON.parse(await readFile(join(folder, `${id}-tfjs`, 'model.json'), 'utf8'));
    expect(userDefinedMetadata).toMatchObject({ labels: EMOTIONS, input, pipeline });
  },
);

test('as safetensors the weights are there by name, the facts as metadata', async () => {
  expect((await run('bundle', '--format', 'safetensors', '--output', 'faces.safetensors')).code).toBe(0);
  const { tensors, metadata } = decodeSafetensors(await readFile(join(folder, 'faces.safetensors')), 'faces');
  expect(JSON.parse(metadata.labels)).toEqual([...EMOTIONS]);
  expect(JSON.parse(metadata.pipeline)).toEqual(pipeline);
  expect(metadata.layout).toBe('tensorflow');
  const copy = buildModel({ id: 'mini-xception', classes: 7, input });
  writeWeights(copy, tensors);
  const pictures = tensor(
    Float32Array.from({ length: 32 * 32 }, (_, index) => Math.sin(index)),
    [1, 32, 32, 1],
  );
  const [found, expected] = [copy, model].map((each) => (each.predict(pictures) as TensorFlowTensor).dataSync());
  expect([...found]).toEqual([...expected]);
});

test('layers that only Mien has are refused for tfjs-layers', async () => {
  await saveNetwork('rtnn-stl', 'own.bundle');
  const { code, errors } = await run('own.bundle', '--format', 'tfjs-layers', '--output', 'own');
  expect({ code, errors }).toEqual({
    code: 2,
    errors: expect.stringMatching(/found SpatialTransformer in rtnn-stl\. Use --format onnx/),
  });
  expect(await readdir(folder)).not.toContain('own');
});

test("without --output the file has the bundle's name", async () => {
  expect((await run('bundle', '--format', 'onnx')).output).toMatch(/^bundle\.onnx: /);
  expect(await readdir(folder)).toContain('bundle.onnx');
});

test('mistakes are exit code 2, one message in three parts, and no file', async () => {
  await writeFile(join(folder, 'file'), '');
  for (const [argv, message] of [
    [
      ['bundle', '--format', 'pickle'],
      /expected a format, one of onnx, tfjs-layers, safetensors; found "pickle"\. Choose one of them with --format\./,
    ],
    [
      ['nowhere'],
      /expected the folder of a model bundle.* or the name of a shipped one: .*; found "nowhere"\. Correct the path/,
    ],
    [['no/where'], /expected a model bundle.*no\/where; found card\.json: no such file.*\. Use a bundle/],
  ] as const) {
    const { code, output, errors } = await run(...argv, '--output', 'none.onnx');
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toMatch(message);
    expect(errors).not.toMatch(/\n\s+at /);
  }
  const refused = await run('bundle', '--output', join('file', 'below.onnx'));
  expect(refused).toMatchObject({ code: 1, output: '', errors: expect.stringMatching(/expected .*; found .*\. /) });
  expect(await readdir(folder)).not.toContain('none.onnx');
});
