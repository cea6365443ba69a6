import { EngineUnavailableError, MissingInputError } from '@mien/core';
import type { Platform } from './platform.js';

export const platform: Platform = {
  async readAsset(path) {
    throw new MissingInputError({
      expected: `to be told where ${path} is`,
      found: 'no assets',
      fix: 'serve node_modules/@mien/faces/dist and pass { assets: its URL }, or pass the bytes',
      details: { path },
    });
  },

  async loadOpenCvModule() {
    // A module of its own, so that a page that does not use the cascades does not load its 10 MB.
    const { module } = await import('./opencv-module.js');
    return { module: module() };
  },

  async loadOnnxRuntime() {
    throw new EngineUnavailableError({
      expected: 'ONNX Runtime for the CNN',
      found: 'none',
      fix: "npm install onnxruntime-web and pass { runtime: await import('onnxruntime-web') }",
    });
  },
};
