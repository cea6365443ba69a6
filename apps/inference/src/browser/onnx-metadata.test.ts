import { startEngine } from '@mien/compute';
import { buildBundleModel, pretrainedDirectory, readBundle } from '@mien/model-zoo';
import { expect, test } from 'vitest';
import { exportOnnx } from '../export/onnx.js';
import { readOnnxMetadata } from './onnx-metadata.js';

test('what mien export writes is read; bytes that are cut off or no ONNX file are refused', async () => {
  await startEngine({ engine: 'onnxruntime-cpu', threads: 1 });
  const bundle = await readBundle(pretrainedDirectory());
  const model = buildBundleModel(bundle);
  const bytes = exportOnnx(model, bundle.card)[0].bytes as Uint8Array;
  model.dispose();
  const metadata = readOnnxMetadata(bytes);
  expect(metadata.name).toBe(bundle.card.name);
  expect(JSON.parse(metadata.labels)).toEqual(bundle.card.labels);
  expect(JSON.parse(metadata.pipeline)).toEqual(bundle.card.pipeline);
  expect(() => readOnnxMetadata(bytes.subarray(0, bytes.length - 3))).toThrow(/an ONNX file/);
  expect(() => readOnnxMetadata(new TextEncoder().encode('<html>'))).toThrow(/an ONNX file/);
});
