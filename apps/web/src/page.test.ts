import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FacePrediction, PixelImage } from '@mien/core';
import { createEmotionReader, type EmotionReader } from '@mien/inference';
import { pretrainedDirectory } from '@mien/model-zoo';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { build, defaultClientConditions } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { exportBundles, type PageBundle } from '../build/export-bundles.js';
import { chromiumPath, startBrowser } from './fixtures/chromium.js';
import { drawFace } from './fixtures/drawn-face.js';
import type { LibraryPage } from './fixtures/library-page.js';
import { readBars, seenBy } from './fixtures/page-reading.js';
import { encodeY4m } from './fixtures/y4m.js';

describe.skipIf(!chromiumPath)('in Chromium (skipped where there is none)', { timeout: 180_000 }, () => {
  let folder: string;
  let camera: string;
  let picture: PixelImage;
  let png: Buffer;
  let reader: EmotionReader;
  let context: BrowserContext;
  /** The paths of what the page asked for. */
  let requested: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mien-web-'));
    picture = await drawFace('happy');
    camera = join(folder, 'camera.y4m');
    await writeFile(camera, encodeY4m([picture, picture], 30));
    const { data, width, height, channels } = picture;
    png = await sharp(data, { raw: { width, height, channels } }).png().toBuffer();
    reader = await createEmotionReader({ engine: 'onnxruntime-cpu', threads: 1 });
  });
  afterEach(() => context?.close());
  afterAll(async () => {
    reader.dispose();
    await rm(folder, { recursive: true });
  });

  /** The page, when it is ready; what stands in its console that is an error ends the test. */
  async function openPage(options: Parameters<typeof startBrowser>[0] = {}, query = ''): Promise<Page> {
    const started = await startBrowser(options);
    context = started.context;
    const page = await context.newPage();
    page.setDefaultTimeout(100_000);
    page.on('pageerror', (error) => expect.fail(`on the page: ${error}`));
    page.on('request', (request) => requested.push(new URL(request.url()).pathname));
    requested = [];
    await page.goto(started.address + query);
    await page.getByRole('status').filter({ hasText: 'Ready.' }).waitFor();
    return page;
  }

  function expectEqual(bars: Record<string, number>, { probabilities, label }: FacePrediction): void {
    expect(Object.keys(bars)).toEqual(Object.keys(probabilities));
    for (const [emotion, share] of Object.entries(probabilities)) {
      expect(Math.abs(bars[emotion] - share), emotion).toBeLessThanOrEqual(0.02);
    }
    expect(Object.entries(bars).sort(([, a], [, b]) => b - a)[0][0]).toBe(label);
  }

  test('a picture is read as in Node', async () => {
    const page = await openPage();
    await page
      .getByLabel('Open picture or video')
      .setInputFiles({ name: 'face.png', mimeType: 'image/png', buffer: png });
    const [face, ...others] = await reader.read(picture);
    expect(others).toEqual([]);
    expectEqual(await readBars(page), face);
    expect(await page.getByRole('status').textContent()).toMatch(/^One face: face 1 looks \w+, \d+ %\.$/);
  });

  test('a camera is read as in Node, and nothing goes out', async () => {
    const page = await openPage({ camera });
    const requests: string[] = [];
    page.context().on('request', (request) => requests.push(request.url()));
    await page.getByRole('button', { name: 'Start camera' }).click();
    await page.locator('#rate').filter({ hasText: /\d/ }).waitFor();
    const bars = await readBars(page);
    const [face, ...others] = await reader.read(await seenBy(page));
    expect(others).toEqual([]);
    expectEqual(bars, face);
    expect(await page.locator('#boxes').boundingBox()).toEqual(await page.locator('video').boundingBox());
    expect(requests.filter((url) => !url.startsWith('blob:'))).toEqual([]);
    // Nor could it: the page's policy refuses, its own server included.
    const tryToSend = async (address: string) => {
      const tries = [
        fetch(address),
        fetch('https://example.org/'),
        fetch(address, { method: 'POST', body: 'picture' }),
      ];
      return (await Promise.allSettled(tries)).map(({ status }) => status);
    };
    const refused = ['rejected', 'rejected', 'rejected'];
    expect(await page.evaluate(tryToSend, page.url())).toEqual(refused);
    expect(page.workers()).toHaveLength(1);
    expect(await page.workers()[0].evaluate(tryToSend, page.url())).toEqual(refused);
  });

  test('a camera that is refused is said in words, and a file still works', async () => {
    const page = await openPage();
    await page.getByRole('button', { name: 'Start camera' }).click();
    const alert = page.getByRole('alert').filter({ hasText: /\w/ });
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/camera.*open a picture or a video instead/);
    await page
      .getByLabel('Open picture or video')
      .setInputFiles({ name: 'face.png', mimeType: 'image/png', buffer: png });
    await readBars(page);
    expect(await page.locator('#failure').textContent()).toBe('');
  });

  test('a camera that is unplugged is said in words, and can be started again', async () => {
    const page = await openPage({ camera });
    await page.getByRole('button', { name: 'Start camera' }).click();
    await page.locator('.bar.most').waitFor();
    // What browsers do when the device goes: https://www.w3.org/TR/mediacapture-streams/#event-mediastreamtrack-ended
    await page.locator('video').evaluate((video: HTMLVideoElement) => {
      const [track] = (video.srcObject as MediaStream).getVideoTracks();
      track.dispatchEvent(new Event('ended'));
    });
    await page.getByRole('alert').filter({ hasText: 'The camera is gone. Plug it in and start it again.' }).waitFor();
    expect(await page.locator('.bar.most').count()).toBe(0);
    await page.getByRole('button', { name: 'Start camera' }).click();
    await page.locator('.bar.most').waitFor();
    expect(await page.locator('#failure').textContent()).toBe('');
  });

  test('the keyboard starts and stops the camera', async () => {
    const page = await openPage({ camera });
    const focused = () => page.evaluate(() => document.activeElement?.textContent || document.activeElement?.id);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Start camera');
    await page.keyboard.press('Enter');
    await page.locator('.bar.most').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('file');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Stop');
    await page.keyboard.press('Enter');
    await page.getByText('Start the camera, or drop').waitFor();
    expect(await focused()).toBe('Start camera');
    expect(await page.locator('.bar.most').count()).toBe(0);
  });

  test('a bundle of the user’s own is opened when its two files belong together', async () => {
    const page = await openPage();
    await page
      .getByLabel('Open picture or video')
      .setInputFiles({ name: 'face.png', mimeType: 'image/png', buffer: png });
    await readBars(page);
    const [bundle] = await exportBundles();
    const open = (card: object) =>
      page.getByLabel('Open your own').setInputFiles([
        { name: 'card.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(card)) },
        { name: 'network.onnx', mimeType: 'application/octet-stream', buffer: Buffer.from(bundle.network) },
      ]);
    await open({ ...bundle.card, labels: [...bundle.card.labels].reverse() });
    const alert = page.getByRole('alert').filter({ hasText: /another labels in its metadata/ });
    await alert.waitFor();
    await open(bundle.card);
    await alert.waitFor({ state: 'hidden' });
    expectEqual(await readBars(page), (await reader.read(picture))[0]);
  });

  describe('a bundle that finds faces by Haar cascades', () => {
    let haarReader: EmotionReader;
    let bundle: PageBundle;

    beforeAll(async () => {
      // The shipped network with the framing that bundles had before there was a choice: a detector without a type.
      const copy = join(folder, 'haar');
      await cp(pretrainedDirectory(), copy, { recursive: true });
      const card = JSON.parse(await readFile(join(copy, 'card.json'), 'utf8'));
      const [, ...others] = card.pipeline;
      const detector = {
        passes: [{ cascade: 'frontalface-alt2' }, { cascade: 'frontalface-default' }],
        searchSize: 1024,
      };
      const pipeline = [
        { step: 'crop-face', detector, onMissing: 'skip', scale: 1.05, offset: { x: 0, y: 0.03 } },
        ...others,
      ];
      await writeFile(join(copy, 'card.json'), JSON.stringify({ ...card, name: 'haar', pipeline }));
      bundle = (await exportBundles(copy)).find(({ name }) => name === 'haar') as PageBundle;
      haarReader = await createEmotionReader({ model: copy, engine: 'onnxruntime-cpu', threads: 1 });
    });
    afterAll(() => haarReader.dispose());

    const openOwn = (page: Page) =>
      page.getByLabel('Open your own').setInputFiles([
        { name: 'card.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(bundle.card)) },
        { name: 'network.onnx', mimeType: 'application/octet-stream', buffer: Buffer.from(bundle.network) },
      ]);
    async function expectAsInNode(page: Page): Promise<void> {
      expect(await page.locator('#bundle').inputValue()).toBe('haar');
      await page
        .getByLabel('Open picture or video')
        .setInputFiles({ name: 'face.png', mimeType: 'image/png', buffer: png });
      const [face, ...others] = await haarReader.read(picture);
      expect(others).toEqual([]);
      expectEqual(await readBars(page), face);
    }

    test('of the user’s own is read as in Node, on the page with OpenCV.js', async () => {
      const page = await openPage({}, '?haar');
      const before = requested.length;
      await openOwn(page);
      await page.locator('#bundle option', { hasText: 'haar' }).waitFor({ state: 'attached' });
      await expectAsInNode(page);
      expect(requested.slice(0, before)).toContain('/opencv.js');
      expect(requested.slice(before)).toEqual([]);
    });

    test('of the user’s own is refused in words elsewhere, where OpenCV.js is not loaded', async () => {
      const page = await openPage();
      await openOwn(page);
      await page
        .getByRole('alert')
        .filter({ hasText: /Haar cascades.*\?haar/ })
        .waitFor();
      expect(requested).not.toContain('/opencv.js');
    });

    test('that the page offers is read as in Node, without asking', async () => {
      const files = {
        'files.json': JSON.stringify({
          ...JSON.parse(await readFile(fileURLToPath(new URL('../dist/files.json', import.meta.url)), 'utf8')),
          bundles: ['haar'],
        }),
        'bundles/haar/card.json': JSON.stringify(bundle.card),
        'bundles/haar/network.onnx': bundle.network,
      };
      await expectAsInNode(await openPage({ files }));
    });
  });

  test('the library gives in a browser what it gives in Node: the same tensor, the same probabilities', async () => {
    const [{ output }] = (await build({
      configFile: false,
      logLevel: 'silent',
      root: fileURLToPath(new URL('.', import.meta.url)),
      resolve: { conditions: ['@mien/source', ...defaultClientConditions] },
      build: {
        write: false,
        minify: false,
        lib: { entry: fileURLToPath(new URL('fixtures/library-page.ts', import.meta.url)), formats: ['es'] },
        rolldownOptions: { external: [/^node:/] },
      },
    })) as unknown as [{ output: [{ code: string }] }];
    // ONNX Runtime Web itself imports them dynamically, where it runs in Node.
    expect(output[0].code).not.toMatch(/\bfrom\s*["']node:/);
    const wasm = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
    const files = {
      'library.html': '<script type="module" src="library.js"></script>',
      'library.js': output[0].code,
      'network.wasm': await readFile(wasm),
    };
    const started = await startBrowser({ files });
    context = started.context;
    const page = await context.newPage();
    page.setDefaultTimeout(100_000);
    await page.goto(`${started.address}library.html`);
    await page.waitForFunction(() => 'readPicture' in globalThis);
    const { width, height, channels, data } = picture;
    const found = await page.evaluate(([image]) => (globalThis as unknown as LibraryPage).readPicture(image), [
      { width, height, channels, data: Buffer.from(data).toString('base64'), bundle: reader.card.name },
    ] as const);
    const [face] = await reader.detect(picture);
    const tensor = reader.prepareFace(picture, face);
    const [low, high] = reader.card.input.range;
    const level = (high - low) / 255;
    expect(found.tensor).toHaveLength(tensor.length);
    expect(Math.max(...tensor.map((value, index) => Math.abs(value - found.tensor[index])))).toBeLessThanOrEqual(
      1.001 * level,
    );
    const [read] = await reader.read(picture);
    expect(found.faces).toHaveLength(1);
    expectEqual(found.faces[0].probabilities as Record<string, number>, read);
  });
});
