import {
  findBackendFactory,
  getKernel,
  type KernelConfig,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerBackend,
  registerKernel,
  removeBackend,
} from '@tensorflow/tfjs-core';
import { OnnxRuntimeBackend } from './backend.js';
import { installGradients } from './gradients/index.js';
import { kernelDefinitions } from './kernels/index.js';
import { KernelCall, type KernelDefinition } from './kernels/kernel.js';
import { BACKEND_NAME } from './name.js';
import type { OnnxRuntimeBackendOptions } from './runtime/options.js';

/** Above the JavaScript and WebAssembly backends, below none: `tf.ready()` without `setBackend` takes it. */
const PRIORITY = 4;

function kernelConfig(definition: KernelDefinition): KernelConfig {
  return {
    kernelName: definition.kernelName,
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const host = backend as OnnxRuntimeBackend;
      host.boundPending();
      return definition.run(new KernelCall(host, (inputs ?? {}) as NamedTensorInfoMap, (attrs ?? {}) as NamedAttrMap));
    },
  };
}

/**
 * Registers the backend `onnxruntime` and its kernels with TensorFlow.js. Choose it with
 * `await tf.setBackend('onnxruntime'); await tf.ready()`. Called again, it replaces the backend, and tensors move
 * to the new one as they are used.
 *
 * @returns the backend that TensorFlow.js will use
 * @throws ExecutionProviderError when an execution provider is asked for that is not there
 */
export function registerOnnxRuntimeBackend(options: OnnxRuntimeBackendOptions = {}): OnnxRuntimeBackend {
  const backend = new OnnxRuntimeBackend(options);
  if (findBackendFactory(BACKEND_NAME) !== null) removeBackend(BACKEND_NAME);
  registerBackend(BACKEND_NAME, () => backend, PRIORITY);
  for (const definition of kernelDefinitions) {
    if (getKernel(definition.kernelName, BACKEND_NAME) === undefined) registerKernel(kernelConfig(definition));
  }
  installGradients();
  return backend;
}
