// First, before ONNX Runtime.
import './no-telemetry.js';
import { createRequire } from 'node:module';
import { type InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node';
import { OnnxRuntimeBackendError } from '../errors.js';

type Feeds = Readonly<Record<string, Tensor>>;

/** onnxruntime-node's own session object: blocking, where the public `InferenceSession` wraps it in a setImmediate. */
interface NativeSession {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: SessionOptions): void;
  run(feeds: Feeds, fetches: Readonly<Record<string, Tensor | null>>, options: object): Record<string, Tensor>;
  dispose(): void;
}

interface NativeModule {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  initOrt(): void;
}

export type SessionOptions = InferenceSession.SessionOptions;
export { listSupportedBackends, Tensor };

/** Errors are thrown; ONNX Runtime would print them as well. */
const RUN_OPTIONS = { logSeverityLevel: 4 } as const;

let nativeModule: NativeModule | undefined;

/**
 * The blocking binding inside onnxruntime-node. TensorFlow.js reads some values synchronously (`dataSync`), and
 * pending work must be runnable at any moment to keep it bounded; the public API only offers promises around the same
 * blocking call.
 */
function native(): NativeModule {
  if (nativeModule !== undefined) return nativeModule;
  const require = createRequire(import.meta.url);
  try {
    nativeModule = require('onnxruntime-node/dist/binding.js') as NativeModule;
    nativeModule.initOrt();
  } catch (cause) {
    throw new OnnxRuntimeBackendError(
      'native-binding-missing',
      `Expected onnxruntime-node 1.30 with its native binding; found: ${String(cause)}. Install onnxruntime-node ^1.30.`,
      { cause },
    );
  }
  return nativeModule;
}

/** A compiled graph. `run` blocks until the results are there. */
export class Session {
  private readonly session: NativeSession;

  constructor(model: Uint8Array, options: SessionOptions) {
    this.session = new (native().binding.InferenceSession)();
    this.session.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
  }

  run(feeds: Feeds, fetches: Readonly<Record<string, null>>): Record<string, Tensor> {
    return this.session.run(feeds, fetches, RUN_OPTIONS);
  }

  release(): void {
    this.session.dispose();
  }
}
