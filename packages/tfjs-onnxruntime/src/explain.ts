import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currentBackend } from './trace.js';

/** ONNX Runtime's name of an execution provider without its suffix, in lower case: `cpu`, `cuda`, `webgpu`. */
export type ProviderName = string;

/** How often ONNX Runtime ran one kind of operation on one execution provider, and for how long altogether. */
export interface OperationPlacement {
  /** The ONNX operation after ONNX Runtime's own fusion, such as `Conv` or `FusedMatMul`. */
  readonly operation: string;
  readonly provider: ProviderName;
  readonly runs: number;
  readonly milliseconds: number;
}

export interface Explanation {
  /** The providers asked for, in ONNX Runtime's order of preference. */
  readonly executionProviders: readonly ProviderName[];
  /** The longest first. */
  readonly operations: readonly OperationPlacement[];
  /** Those that ran on another provider than the first one asked for. */
  readonly fallbacks: readonly OperationPlacement[];
}

/** What is read of an entry in ONNX Runtime's profile (Chrome's trace event format). */
interface ProfileEvent {
  readonly cat?: string;
  readonly name?: string;
  /** Microseconds. */
  readonly dur?: number;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}

function providerName(text: string): ProviderName {
  return text.replace(/ExecutionProvider$/, '').toLowerCase();
}

function summarise(events: readonly ProfileEvent[]): OperationPlacement[] {
  const placements = new Map<string, { operation: string; provider: string; runs: number; milliseconds: number }>();
  for (const { cat, name = '', dur = 0, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time') || !args?.op_name || !args.provider) continue;
    const provider = providerName(args.provider);
    const key = `${args.op_name}@${provider}`;
    const placement = placements.get(key) ?? { operation: args.op_name, provider, runs: 0, milliseconds: 0 };
    placement.runs += 1;
    placement.milliseconds += dur / 1000;
    placements.set(key, placement);
  }
  return [...placements.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}

/**
 * Says on which execution provider ONNX Runtime runs each kind of operation of `task`, from its own profile. What the
 * task computes (a training step, a prediction) is compiled anew for this, and so is a `compileModel` made and disposed
 * inside it. Do nothing else with TensorFlow.js meanwhile.
 *
 * @param task computes something on the current backend
 * @throws OnnxRuntimeBackendError when `onnxruntime` is not the current backend; what the task throws
 */
export async function explain(task: () => unknown): Promise<Explanation> {
  const backend = currentBackend();
  const folder = await mkdtemp(join(tmpdir(), 'tfjs-onnxruntime-'));
  try {
    const profiling = { enableProfiling: true, profileFilePrefix: join(folder, 'profile') };
    await backend.withSessionOptions(profiling, task);
    const events: ProfileEvent[] = [];
    for (const file of await readdir(folder)) {
      events.push(...(JSON.parse(await readFile(join(folder, file), 'utf8')) as ProfileEvent[]));
    }
    const operations = summarise(events);
    const { executionProviders } = backend.options;
    const fallbacks = operations.filter(({ provider }) => provider !== executionProviders[0]);
    return { executionProviders, operations, fallbacks };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
