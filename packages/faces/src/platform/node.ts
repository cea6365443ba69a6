import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { EngineUnavailableError, MissingInputError } from '@mien/core';
import { refuseTelemetry } from '@mien/core/node';
import type { Platform } from './platform.js';

/** Where the build puts cascades and networks; the path is the same from the sources. */
const FOLDER = new URL('../../dist/', import.meta.url);

/** Events of the process for which OpenCV.js adds listeners that end the host's process on errors that are none of its business. */
const HIJACKED = ['uncaughtException', 'unhandledRejection'] as const;

export const platform: Platform = {
  async readAsset(path) {
    const file = fileURLToPath(new URL(path, FOLDER));
    try {
      return await readFile(file);
    } catch (error) {
      throw new MissingInputError({
        expected: `the file ${file}`,
        found: 'no such file',
        fix: 'install @mien/faces again, or, in its repository, build it',
        details: { path: file },
        cause: error,
      });
    }
  },

  async loadOpenCvModule() {
    const before = new Set<unknown>(HIJACKED.flatMap((event) => process.rawListeners(event)));
    // Not import(): its result passes through promises too, in some loaders with the module's own `then`.
    const module: unknown = createRequire(import.meta.url)('@techstark/opencv-js');
    for (const event of HIJACKED) {
      for (const listener of process.rawListeners(event)) {
        if (!before.has(listener)) process.removeListener(event, listener as (...values: unknown[]) => void);
      }
    }
    return { module };
  },

  async loadOnnxRuntime() {
    refuseTelemetry();
    try {
      return await import('onnxruntime-node');
    } catch (error) {
      throw new EngineUnavailableError({
        expected: 'ONNX Runtime for the CNN',
        found: `onnxruntime-node could not be loaded: ${error instanceof Error ? error.message : String(error)}`,
        fix: 'npm install onnxruntime-node, or pass { runtime }',
        cause: error,
      });
    }
  },
};
