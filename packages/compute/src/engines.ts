import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findBackend, type KernelBackend, ready, setBackend } from '@tensorflow/tfjs-core';

/**
 * Every engine, in the order that `auto` tries them. WebGPU stands behind the CPU, which always works, so it runs only when asked for:
 * its operations that ONNX Runtime lacks fall back to the CPU with copies.
 */
export const ENGINES = [
  'tensorflow-gpu',
  'onnxruntime-cuda',
  'onnxruntime-cpu',
  'onnxruntime-webgpu',
  'tensorflow',
  'wasm',
] as const;

export type EngineName = (typeof ENGINES)[number];

export interface EngineOptions {
  /** Threads of a CPU engine; the default is one a core. */
  readonly threads?: number;
}

/** Knows how to start one engine. Throws, with the reason in its message, where it cannot. */
interface EngineStarter {
  /** Whether it has the gradient kernels that training needs. */
  readonly canTrain: boolean;
  /** Registers and selects the TensorFlow.js backend; returns its name and what runs underneath. */
  start(options: EngineOptions): Promise<{ backend: string; runtime: string }>;
}

interface TensorFlowBinding {
  readonly version: { readonly tfjs: string };
  backend(): { readonly isUsingGpuDevice?: boolean };
}

/** The main file of a package that may not be installed: beside this package, else where the program runs. */
function resolveOptional(name: string): string {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // Not there.
    }
  }
  throw new Error('not installed');
}

/** Without its native library a package takes a fifth of a second to say that it is not there, so that is looked at first. */
function requireBinding(packageName: string): TensorFlowBinding {
  const main = resolveOptional(packageName);
  const libraries = join(dirname(main), '..', 'lib');
  const isComplete =
    existsSync(libraries) &&
    readdirSync(libraries).some((version) => existsSync(join(libraries, version, 'tfjs_binding.node')));
  if (!isComplete) throw new Error('installed without its native library, whose download failed');
  return createRequire(import.meta.url)(main) as TensorFlowBinding;
}

async function startTensorFlow(packageName: string, needsGpu: boolean): Promise<{ backend: string; runtime: string }> {
  const binding = requireBinding(packageName);
  await select('tensorflow');
  if (needsGpu && !binding.backend().isUsingGpuDevice) throw new Error('TensorFlow sees no CUDA device');
  return { backend: 'tensorflow', runtime: `${packageName} ${binding.version.tfjs}` };
}

/** The ONNX Runtime backend that was started last, and as what. */
let running: { readonly backend: KernelBackend; readonly request: string } | undefined;

function onnxRuntime(provider: 'cpu' | 'cuda' | 'webgpu'): EngineStarter {
  return {
    canTrain: true,
    async start({ threads }) {
      if (provider === 'cuda') requireCudaLibraries();
      const { registerOnnxRuntimeBackend } = await import('@mien/tfjs-onnxruntime');
      const { env } = await import('onnxruntime-node');
      const request = `${provider}, ${threads}`;
      // Registered again, it would have to compile and take over everything anew.
      if (running?.request !== request || running.backend !== findBackend('onnxruntime')) {
        running = { backend: registerOnnxRuntimeBackend({ executionProviders: [provider], threads }), request };
      }
      await select('onnxruntime');
      return { backend: 'onnxruntime', runtime: `onnxruntime-node ${env.versions.node}, ${provider}` };
    },
  };
}

/** ONNX Runtime would write its own complaint to stderr. Its install script fetches these libraries where a GPU is. */
function requireCudaLibraries(): void {
  const main = createRequire(import.meta.url).resolve('onnxruntime-node');
  const folder = join(dirname(main), '..', 'bin', 'napi-v6', process.platform, process.arch);
  const name = process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';
  if (!existsSync(join(folder, name))) throw new Error(`onnxruntime-node was installed without ${name}`);
}

async function select(backend: string): Promise<void> {
  if (!(await setBackend(backend))) throw new Error(`TensorFlow.js could not start its backend "${backend}"`);
  await ready();
}

export const STARTERS: Readonly<Record<EngineName, EngineStarter>> = {
  'tensorflow-gpu': { canTrain: true, start: () => startTensorFlow('@tensorflow/tfjs-node-gpu', true) },
  'onnxruntime-cuda': onnxRuntime('cuda'),
  'onnxruntime-webgpu': onnxRuntime('webgpu'),
  'onnxruntime-cpu': onnxRuntime('cpu'),
  tensorflow: { canTrain: true, start: () => startTensorFlow('@tensorflow/tfjs-node', false) },
  wasm: {
    // No gradient kernels for convolutions (tfjs-backend-wasm 4.22).
    canTrain: false,
    async start({ threads }) {
      const wasm = await import('@tensorflow/tfjs-backend-wasm');
      if (threads) wasm.setThreadsCount(threads);
      await select('wasm');
      return { backend: 'wasm', runtime: `tfjs-backend-wasm ${wasm.version_wasm}` };
    },
  },
};
