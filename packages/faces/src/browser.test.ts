import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Face } from '@mien/core';
import { build } from 'esbuild';
import { afterAll, describe, expect, test } from 'vitest';
import { createFaceDetector, createLandmarkDetector } from './index.js';
import { readAstronaut } from './testing/pictures.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const packageRoot = join(here, '..');
/** A browser on the machine; without one the page is only bundled. */
const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** What a page does with the package; it sends back what it found. */
const PAGE = `
import { createFaceDetector, createLandmarkDetector } from './index.js';
import * as runtime from 'onnxruntime-web/wasm';

async function work() {
  runtime.env.wasm.numThreads = 1;
  runtime.env.wasm.wasmPaths = '/onnxruntime/';
  const resources = { assets: location.origin + '/assets', runtime };
  const { width, height } = await (await fetch('/picture.json')).json();
  const image = { width, height, channels: 3, data: new Uint8Array(await (await fetch('/picture.raw')).arrayBuffer()) };
  const haar = await (await createFaceDetector({ type: 'haar' }, resources)).detect(image);
  const cnn = await (await createFaceDetector({ type: 'cnn' }, resources)).detect(image);
  const { landmarks, presence } = await (await createLandmarkDetector(resources)).locate(image, cnn[0]);
  return { haar, cnn, landmarks, presence };
}
work()
  .catch((error) => ({ error: String(error) }))
  .then((result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) }));
`;

async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: here, loader: 'js' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@mien/source'],
    logLevel: 'silent',
  });
  return { code: outputFiles[0].text, inputs: Object.keys(metafile.inputs) };
}

test('the main entry bundles for a browser, without Node’s modules and the engines', async () => {
  const { code, inputs } = await bundle("export * from './index.js';");
  expect(code).not.toMatch(/["']node:/);
  expect(inputs.filter((input) => /onnxruntime-(node|web)|opencv-js|platform\/node/.test(input))).toEqual([]);
  expect(inputs.some((input) => input.endsWith('platform/browser.ts'))).toBe(true);
});

test('in a browser what is missing is said', async () => {
  const { platform } = await import('./platform/browser.js');
  await expect(platform.readAsset('models/facemesh.onnx')).rejects.toThrow(/facemesh\.onnx.*assets/);
  await expect(platform.loadOnnxRuntime()).rejects.toThrow(/onnxruntime-web/);
  await expect(platform.loadOpenCvModule()).rejects.toThrow(/opencv\.js/);
});

describe.skipIf(!chromium)('in Chromium (skipped where there is none)', () => {
  let server: Server | undefined;
  let browser: ChildProcess | undefined;
  let profile: string | undefined;

  afterAll(async () => {
    if (browser?.exitCode === null) {
      const closed = new Promise((resolve) => browser?.once('close', resolve));
      browser.kill('SIGKILL');
      await closed;
    }
    server?.closeAllConnections();
    server?.close();
    if (profile) await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  test('both detectors and the landmarks give what they give in Node', async () => {
    const image = await readAstronaut();
    const { code } = await bundle(PAGE);
    const pages: Record<string, [type: string, body: string | Uint8Array]> = {
      '/': ['text/html', '<script src="/opencv.js"></script><script type="module" src="/page.js"></script>'],
      '/page.js': ['text/javascript', code],
      '/picture.json': ['application/json', JSON.stringify({ width: image.width, height: image.height })],
      '/picture.raw': ['application/octet-stream', image.data],
    };
    const folders: Record<string, string> = {
      '/opencv.js': join(packageRoot, 'node_modules/@techstark/opencv-js/dist/opencv.js'),
      '/assets/': join(packageRoot, 'dist/'),
      '/onnxruntime/': join(packageRoot, 'node_modules/onnxruntime-web/dist/'),
    };
    const result = await new Promise<Record<string, unknown>>((resolve, reject) => {
      server = createServer(async (request, response) => {
        const path = request.url ?? '/';
        if (path === '/result') {
          const parts: Buffer[] = [];
          for await (const part of request) parts.push(part as Buffer);
          response.end();
          resolve(JSON.parse(Buffer.concat(parts).toString()));
          return;
        }
        const folder = Object.keys(folders).find((prefix) => path.startsWith(prefix));
        const type = path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
        const [kind, body] = folder
          ? [type, await readFile(folders[folder] + path.slice(folder.length)).catch(() => undefined)]
          : (pages[path] ?? []);
        response.writeHead(body === undefined ? 404 : 200, { 'content-type': kind ?? 'text/plain' });
        response.end(body);
      });
      server.listen(0, '127.0.0.1', async () => {
        profile = await mkdtemp(join(tmpdir(), 'mien-faces-'));
        const { port } = (server as Server).address() as AddressInfo;
        const url = `http://127.0.0.1:${port}/`;
        const flags = [
          '--headless=new',
          '--no-sandbox',
          '--disable-gpu',
          '--disable-dev-shm-usage',
          `--user-data-dir=${profile}`,
          url,
        ];
        browser = spawn(chromium as string, flags, { stdio: 'ignore' });
        browser.once('error', reject);
        browser.once('exit', (code) => reject(new Error(`Chromium ended with ${code}`)));
      });
    });
    expect(result).not.toHaveProperty('error');
    const [haar] = await (await createFaceDetector({ type: 'haar' })).detect(image);
    const [cnn] = await (await createFaceDetector({ type: 'cnn' })).detect(image);
    const { landmarks } = await (await createLandmarkDetector()).locate(image, cnn);
    const near = (face: Face, other: Face) =>
      Math.max(...(['x', 'y', 'width', 'height'] as const).map((side) => Math.abs(face.box[side] - other.box[side])));
    const found = result as unknown as { haar: Face[]; cnn: Face[]; landmarks: typeof landmarks };
    expect(found.haar).toHaveLength(1);
    expect(found.cnn).toHaveLength(1);
    expect(near(found.haar[0], haar)).toBeLessThan(0.01);
    expect(near(found.cnn[0], cnn)).toBeLessThan(0.05);
    found.landmarks.points.forEach(([x, y], index) => {
      expect(Math.hypot(x - landmarks.points[index][0], y - landmarks.points[index][1])).toBeLessThan(0.1);
    });
  });
});
