import { InvalidBundleError, MissingInputError, type ModelCard, modelCardSchema } from '@mien/core';
import { createFaceDetector, createLandmarkDetector, type FaceResources, type OnnxRuntime } from '@mien/faces';
import { createPipeline } from '@mien/preprocessing';
import { z } from 'zod';
import { EmotionReader } from '../reading/face-reading.js';
import { readOnnxMetadata } from './onnx-metadata.js';
import { openOnnxNetwork } from './onnx-network.js';

/** A bundle for browsers: its card, and its network as `mien export` writes it. */
export interface BrowserBundle {
  /** What `card.json` holds. */
  readonly card: unknown;
  /** The bytes of the `.onnx` file. */
  readonly network: Uint8Array;
}

export interface BrowserReaderOptions {
  /** A bundle, or the URL of a folder with `card.json` and `network.onnx`. */
  readonly model: string | URL | BrowserBundle;
  /** `import * as runtime from 'onnxruntime-web/wasm'`. */
  readonly runtime: OnnxRuntime;
  /** The files of `@mien/faces`: the URL of a folder like its `dist`, or a function that brings the bytes of one. */
  readonly assets: NonNullable<FaceResources['assets']>;
  /** OpenCV.js, for bundles that find faces by Haar cascades; the default is the global `cv`. */
  readonly opencv?: unknown;
}

/** What of a card an exported network carries, so that the two can be held against each other. */
const SHARED = ['name', 'labels', 'input', 'pipeline'] as const;

/**
 * `createEmotionReader` for browsers: the same reader, with the same results, on engines and files that the page brings. Nothing is
 * fetched but what `model` and `assets` name.
 * @throws {InvalidBundleError} when the card is invalid or the network is not the card's; @throws {MissingInputError} when a file is not
 * there.
 */
export async function createEmotionReader({
  model,
  runtime,
  assets,
  opencv,
}: BrowserReaderOptions): Promise<EmotionReader> {
  const { card: given, network: bytes } = isUrl(model) ? await fetchBundle(model) : model;
  const card = parseCard(given);
  requireSame(card, readOnnxMetadata(bytes));
  const resources = { assets, runtime, opencv };
  const pipeline = await createPipeline(card.pipeline, {
    createDetector: (options) => createFaceDetector(options, resources),
    createLandmarkDetector: () => createLandmarkDetector(resources),
  });
  const network = await openOnnxNetwork(bytes, runtime);
  try {
    return new EmotionReader(card, network, pipeline);
  } catch (error) {
    network.dispose();
    throw error;
  }
}

function isUrl(model: BrowserReaderOptions['model']): model is string | URL {
  return typeof model === 'string' || model instanceof URL;
}

async function fetchBundle(folder: string | URL): Promise<BrowserBundle> {
  const base = String(folder).replace(/\/$/, '');
  const [card, network] = await Promise.all([fetchFile(`${base}/card.json`), fetchFile(`${base}/network.onnx`)]);
  return { card: await card.json().catch(() => undefined), network: new Uint8Array(await network.arrayBuffer()) };
}

async function fetchFile(url: string): Promise<Response> {
  const response = await fetch(url).catch((error: unknown) => error as Error);
  if (!(response instanceof Error) && response.ok) return response;
  throw new MissingInputError({
    expected: `the file ${url}`,
    found: response instanceof Error ? response.message : `status ${response.status}`,
    fix: 'serve card.json and, from mien export, network.onnx there',
    details: { url },
  });
}

function parseCard(given: unknown): ModelCard {
  const parsed = modelCardSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new InvalidBundleError({
    expected: 'a valid card.json',
    found: z.prettifyError(parsed.error),
    fix: 'use a bundle as it was written',
    cause: parsed.error,
  });
}

function requireSame(card: ModelCard, metadata: Readonly<Record<string, string>>): void {
  for (const key of SHARED) {
    const value = card[key];
    const own = typeof value === 'string' ? value : JSON.stringify(value);
    if (metadata[key] === own) continue;
    throw new InvalidBundleError({
      expected: `a network exported with the bundle ${card.name}`,
      found: key in metadata ? `another ${key} in its metadata` : `no ${key} in its metadata`,
      fix: 'export it from this bundle with mien export',
      details: { key },
    });
  }
}
