import type { InferenceSession, TensorConstructor } from 'onnxruntime-common';

/** The part of ONNX Runtime that is used here; `onnxruntime-node` and `onnxruntime-web` both are one. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** What Node and the browser do differently; `#platform` of package.json chooses one of the two modules. */
export interface Platform {
  /** A file of the package, such as `models/blazeface-back.onnx`. */
  readAsset(path: string): Promise<Uint8Array>;
  /** OpenCV.js, in an object: the module itself has a `then` that would make `await` wait for ever. */
  loadOpenCvModule(): Promise<{ readonly module: unknown }>;
  /** The ONNX Runtime that is installed. */
  loadOnnxRuntime(): Promise<OnnxRuntime>;
}
