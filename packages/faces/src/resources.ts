import { MissingInputError } from '@mien/core';
import type { InferenceSession } from 'onnxruntime-common';
import { platform } from '#platform';
import type { OnnxRuntime } from './platform/platform.js';

/** Where detectors take their files and their engine from. Node needs none of it; a browser needs `assets`, and `opencv` or
 * `runtime`. */
export interface FaceResources {
  /**
   * The package's files (`cascades/….xml`, `models/….onnx`): the URL of a folder like its `dist`, or a function that brings the bytes of
   * one. Default in Node: the package's own folder.
   */
  readonly assets?: string | URL | ((path: string) => Promise<Uint8Array>);
  /** OpenCV.js for the Haar cascades: what `@techstark/opencv-js` exports. Default in Node: that; in the browser: the global `cv`. */
  readonly opencv?: unknown;
  /** ONNX Runtime: `import * as runtime from 'onnxruntime-web'`. Default in Node: `onnxruntime-node`. */
  readonly runtime?: OnnxRuntime;
  /** How ONNX Runtime runs the networks: execution providers, threads. */
  readonly sessionOptions?: InferenceSession.SessionOptions;
}

/**
 * The bytes of one of the package's files.
 * @throws {MissingInputError} when it is not there.
 */
export async function readAsset(path: string, { assets }: FaceResources): Promise<Uint8Array> {
  if (assets === undefined) return platform.readAsset(path);
  if (typeof assets === 'function') return assets(path);
  const url = `${String(assets).replace(/\/$/, '')}/${path}`;
  let found: string;
  try {
    const response = await fetch(url);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    found = `status ${response.status}`;
  } catch (error) {
    found = error instanceof Error ? error.message : String(error);
  }
  throw new MissingInputError({
    expected: `the file ${url}`,
    found,
    fix: 'serve the folder dist of @mien/faces there, or pass another { assets }',
    details: { url },
  });
}

/** @throws {EngineUnavailableError} when there is none. */
export async function loadRuntime({ runtime }: FaceResources): Promise<OnnxRuntime> {
  return runtime ?? platform.loadOnnxRuntime();
}

/** OpenCV.js, in an object: the module itself has a `then` that would make `await` wait for ever. */
export async function loadOpenCvModule({ opencv }: FaceResources): Promise<{ readonly module: unknown }> {
  return opencv ? { module: opencv } : platform.loadOpenCvModule();
}
