import { createRequire } from 'node:module';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { type BackendValues, getKernel, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { UnsupportedOperationError } from '../../errors.js';
import type { KernelCall, KernelHost } from '../kernel.js';

let started: MathBackendCPU | undefined;

/** Loaded when the first kernel needs it, because most programs never do and half a megabyte takes its time. */
function javaScriptBackend(): MathBackendCPU {
  started ??= startJavaScriptBackend();
  return started;
}

function startJavaScriptBackend(): MathBackendCPU {
  // A kernel is called synchronously. The build for Node is CommonJS, so that this is the copy that others import.
  const load = createRequire(import.meta.url);
  const { MathBackendCPU } = load('@tensorflow/tfjs-backend-cpu') as typeof import('@tensorflow/tfjs-backend-cpu');
  /** Its tensors are freed with the last reference to them, because it keeps them in a WeakMap by their id. */
  class QuietJavaScriptBackend extends MathBackendCPU {
    /** As the base class, without advice on the console to install another backend. */
    override write(values: BackendValues, _shape: number[], dtype: TensorInfo['dtype']): object {
      const dataId = {};
      this.data.set(dataId, { values, dtype, refCount: 1 });
      return dataId;
    }
  }
  return new QuietJavaScriptBackend();
}

type KernelInput = TensorInfo | TensorInfo[] | undefined | null;

function runKernel(kernelName: string, inputs: Record<string, KernelInput>, attributes: object) {
  const backend = javaScriptBackend();
  const kernel = getKernel(kernelName, 'cpu');
  if (kernel === undefined) {
    throw new UnsupportedOperationError(kernelName, 'this kernel', 'The JavaScript backend lacks it too.');
  }
  return kernel.kernelFunc({ inputs: inputs as never, attrs: attributes as never, backend });
}

function toJavaScript(host: KernelHost, tensor: TensorInfo): TensorInfo {
  const shape = [...tensor.shape];
  if (tensor.dtype !== 'complex64') {
    const info = javaScriptBackend().makeTensorInfo(shape, tensor.dtype, host.downloadAny(tensor));
    // which a TensorInfo does not have, but Dilation2D's gradients read
    return Object.assign(info, { rank: shape.length });
  }
  const { real, imaginary } = host.partsOf(tensor);
  const part = (info: TensorInfo) => toJavaScript(host, { ...info, shape });
  return runKernel('Complex', { real: part(real), imag: part(imaginary) }, {}) as TensorInfo;
}

function fromJavaScript(host: KernelHost, tensor: TensorInfo): TensorInfo {
  const { values, complexTensorInfos } = javaScriptBackend().data.get(tensor.dataId);
  if (complexTensorInfos === undefined) {
    const size = util.sizeFromShape(tensor.shape);
    const held = values ?? new Float32Array(size);
    return host.uploadAny(held.length === size ? held : held.slice(0, size), tensor.shape, tensor.dtype);
  }
  const { real, imag } = complexTensorInfos;
  const part = (info: TensorInfo) => fromJavaScript(host, { ...info, shape: tensor.shape });
  return host.complex(part(real), part(imag));
}

/** Runs a kernel of TensorFlow.js's JavaScript backend: waits for the inputs, computes, and takes the results over. */
export function runInJavaScript(kernelName: string, call: KernelCall): TensorInfo | TensorInfo[] {
  const { host } = call;
  if (host.tracing) {
    throw new UnsupportedOperationError(
      'trace',
      `the kernel ${kernelName}, which is computed in JavaScript,`,
      'Compile or export the part of the model without it.',
    );
  }
  // some kernels ask how many inputs there are, or what they have in common
  const inputs = (Array.isArray(call.inputs) ? [] : {}) as Record<string, KernelInput>;
  for (const [name, input] of Object.entries(call.inputs as Record<string, KernelInput>)) {
    if (Array.isArray(input)) inputs[name] = input.map((tensor) => toJavaScript(host, tensor));
    else inputs[name] = input ? toJavaScript(host, input) : input;
  }
  const results = runKernel(kernelName, inputs, call.attributes);
  return Array.isArray(results)
    ? results.map((result) => fromJavaScript(host, result))
    : fromJavaScript(host, results as TensorInfo);
}
