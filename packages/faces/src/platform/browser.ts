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
    // Where a script tag, or importScripts(), has put it.
    const module: unknown = Reflect.get(globalThis, 'cv');
    if (module) return { module };
    throw new EngineUnavailableError({
      expected: 'OpenCV.js for the Haar cascades',
      found: 'none',
      fix: 'load opencv.js of @techstark/opencv-js with a script tag, or import it and pass { opencv }',
    });
  },

  async loadOnnxRuntime() {
    throw new EngineUnavailableError({
      expected: 'ONNX Runtime for the CNN',
      found: 'none',
      fix: "npm install onnxruntime-web and pass { runtime: await import('onnxruntime-web') }",
    });
  },
};
