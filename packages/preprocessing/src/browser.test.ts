import { fileURLToPath } from 'node:url';
import { createRandom, type Face, type PixelImage } from '@mien/core';
import { createPerson, locateLandmarks, renderFace, sampleFaceParameters } from '@mien/datasets';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import * as inNode from './index.js';
import { augmentationSchema } from './index.js';
import { type PipelineInput, pipelineStepSchema } from './pipeline-schema.js';

type Preprocessing = typeof inNode;

let code: string;
let inputs: string[];
let inBrowser: Preprocessing;
let picture: PixelImage;
let face: Face;

beforeAll(async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('index.ts', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@mien/source'],
    logLevel: 'silent',
  });
  code = outputFiles[0].text;
  inputs = Object.keys(metafile.inputs);
  inBrowser = await import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);

  const person = createPerson(1, 'female', 2);
  const size = { width: 211, height: 286 };
  const parameters = sampleFaceParameters({ seed: 1, person, session: 'A', emotion: 'happy', angle: 'S', size });
  picture = await renderFace(parameters);
  const points = locateLandmarks(parameters).map(([x, y]): [number, number] => [x, y]);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const box = { x: left, y: top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
  face = { box, score: 1, landmarks: { scheme: 'ibug-68', points } };
});

test('the main entry bundles for a browser, without Node’s modules, sharp and the data sets', () => {
  expect(code).not.toMatch(/["']node:/);
  expect(inputs.filter((input) => /sharp|packages\/datasets|platform\/node|tensor-set/.test(input))).toEqual([]);
  expect(inputs.some((input) => input.endsWith('platform/browser.ts'))).toBe(true);
});

const resize = { step: 'resize', width: 64, height: 64 } as const;
const finding = new Set(['crop-face', 'detect-face']);
const geometry = new Set([...finding, 'crop-centre', 'crop-landmarks', 'lopes-crop', 'align', 'frontalise', 'resize']);

test.each(pipelineStepSchema.options.map(({ shape }) => shape.step.value))(
  '%s: a browser’s bundle gives the bytes that Node gives',
  async (step) => {
    const one = { step } as PipelineInput[number];
    const steps: PipelineInput = geometry.has(step)
      ? [...(finding.has(step) ? [] : [{ step: 'detect-face' } as const]), one, resize]
      : [{ step: 'crop-face' }, { step: 'grey' }, resize, ...(step === 'grey' ? [] : [one])];
    const apply = async ({ createPipeline }: Preprocessing) => {
      const pipeline = await createPipeline(steps);
      return pipeline.applyToFace(picture, face);
    };
    const [ours, theirs] = [await apply(inNode), await apply(inBrowser)];
    expect(new Set(ours.data).size).toBeGreaterThan(2);
    const { data, ...shape } = theirs;
    expect(shape).toEqual({ width: ours.width, height: ours.height, channels: ours.channels });
    expect(Buffer.compare(data, ours.data)).toBe(0);
  },
);

test('a seed augments as in Node', () => {
  const options = {
    flip: 0.5,
    rotation: 10,
    shift: 0.1,
    zoom: { minimum: 0.9, maximum: 1.1 },
    shear: 0.1,
    perspective: 0.1,
    elastic: { strength: 0.03 },
    brightness: 0.2,
    contrast: 0.2,
    noise: 0.1,
    erase: { probability: 1 },
  };
  const augment = ({ augmentInto }: Preprocessing) => {
    const target = new Float32Array(picture.data.length);
    const random = createRandom(1, 'browser');
    augmentInto(target, 0, picture.data, 0, picture, augmentationSchema.parse(options), random, [-1, 1]);
    return Buffer.from(target.buffer);
  };
  expect(augment(inBrowser).equals(augment(inNode))).toBe(true);
});
