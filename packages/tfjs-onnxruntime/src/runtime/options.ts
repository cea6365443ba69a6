import { availableParallelism } from 'node:os';
import { ExecutionProviderError } from '../errors.js';
import type { Target } from '../graph/lowering.js';
import { channelBlock } from './channel-block.js';
import { listSupportedBackends, type SessionOptions } from './native.js';

export type ExecutionProvider = 'cpu' | 'webgpu' | 'cuda';

export interface OnnxRuntimeBackendOptions {
  /** Tried in this order by ONNX Runtime, operation by operation; `cpu` always comes last. Default: `['cpu']`. */
  readonly executionProviders?: readonly ExecutionProvider[];
  /** Threads inside one operation, for graphs that are worth more than one. Default: the processors this process may use. */
  readonly threads?: number;
  /** How many compiled graphs are kept; the least recently used is released. Default: 32. */
  readonly sessionCacheSize?: number;
  /**
   * When a loop never reads a value: how many operations and, where no gradient is computed, how many outermost `tf.tidy`
   * scopes are recorded at least before everything is computed. Default: `[512, 4]`.
   */
  readonly pendingLimits?: readonly [operations: number, scopes: number];
  /** Passed to ONNX Runtime for every graph, over the defaults. */
  readonly sessionOptions?: SessionOptions;
}

export interface ResolvedOptions {
  readonly target: Target;
  readonly threads: number;
  /** What all sessions have in common; see `sessionOptionsFor`. */
  readonly sessionOptions: SessionOptions;
  readonly executionProviders: readonly ExecutionProvider[];
  readonly sessionCacheSize: number;
  readonly pendingLimits: readonly [number, number];
}

export interface ExecutionProviderInfo {
  readonly name: string;
  /** Its libraries are inside the npm package (a GPU or driver may still be missing). */
  readonly bundled: boolean;
}

/** The execution providers that this installation of onnxruntime-node was built with. */
export function listExecutionProviders(): ExecutionProviderInfo[] {
  return listSupportedBackends().map(({ name, bundled }) => ({ name, bundled }));
}

/**
 * ONNX Runtime's rewrites that join transpositions again which were split because the parts are quicker (other execution
 * providers need them to choose their layouts).
 */
const MISPLACED_OPTIMIZERS = 'TransposeOptimizer;TransposeOptimizer_CPUExecutionProvider';

/** @throws ExecutionProviderError when one is asked for that onnxruntime-node was not built with. */
export function resolveOptions(options: OnnxRuntimeBackendOptions): ResolvedOptions {
  const available = listExecutionProviders().map((provider) => provider.name);
  const asked = options.executionProviders ?? ['cpu'];
  for (const provider of asked) {
    if (!available.includes(provider)) throw new ExecutionProviderError(provider, available);
  }
  const executionProviders: ExecutionProvider[] = [...asked.filter((provider) => provider !== 'cpu'), 'cpu'];
  const onlyCpu = executionProviders.length === 1;
  return {
    target: { channelBlock: onlyCpu ? channelBlock() : 0 },
    threads: options.threads ?? availableParallelism(),
    executionProviders,
    sessionCacheSize: Math.max(1, options.sessionCacheSize ?? 32),
    pendingLimits: options.pendingLimits ?? [512, 4],
    sessionOptions: {
      executionProviders,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // what fails is thrown, not printed
      logSeverityLevel: 4,
      extra: {
        // waiting threads that spin take the processor from everyone else, and a training step waits 1,500 times
        session: { intra_op: { allow_spinning: '0' } },
        ...(onlyCpu ? { optimization: { disable_specified_optimizers: MISPLACED_OPTIMIZERS } } : {}),
      },
      ...options.sessionOptions,
    },
  };
}
