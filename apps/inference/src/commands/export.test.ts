import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEngine } from '@mien/compute';
import { EMOTIONS } from '@mien/core';
import { buildModel, saveBundle } from '@mien/model-zoo';
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

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mien-export-'));
  await startEngine({ engine: 'onnxruntime-cpu' });
  model = buildModel({ id: 'mini-xception', classes: 7, seed: 5, input });
  await saveBundle(
    model,
    {
      name: 'small faces',
      architecture: { id: 'mini-xception', options: {} },
      input: { ...input, range: [-1, 1] },
      labels: [...EMOTIONS],
      pipeline,
      training: { datasets: ['synthetic'], protocol: 'none', seed: 5, epochs: 0, recipe: {} },
      metrics: [],
      intendedUse: 'tests',
      limits: 'untrained',
      licence: { weights: 'MIT', data: 'generated' },
    },
    join(folder, 'bundle'),
  );
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

test("without --output the file has the bundle's name", async () => {
  expect((await run('bundle', '--format', 'onnx')).output).toMatch(/^bundle\.onnx: /);
  expect(await readdir(folder)).toContain('bundle.onnx');
});

test('mistakes are exit code 2, one message in three parts, and no file', async () => {
  await writeFile(join(folder, 'file'), '');
  for (const [argv, message] of [
    [['bundle', '--format', 'pickle'], /expected the format onnx; found "pickle"\. Use --format onnx\./],
    [['nowhere'], /expected a model bundle.*nowhere; found card\.json: no such file.*\. Use a bundle/],
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
