import { EngineUnavailableError } from '@mien/core';
import { matMul, tensor2d } from '@tensorflow/tfjs-core';
import { ENGINES, type EngineName, type EngineOptions, STARTERS } from './engines.js';

export interface EngineRequest extends EngineOptions {
  /** `auto`: the best that works. */
  readonly engine?: EngineName | 'auto';
  /** Leaves out engines that cannot train. */
  readonly forTraining?: boolean;
}

/** An engine that runs, and why it is this one. */
export interface StartedEngine {
  readonly name: EngineName;
  /** The TensorFlow.js backend that is now current. */
  readonly backend: string;
  /** What computes underneath, with its version. */
  readonly runtime: string;
  /** A sentence: asked for, or the best there is and why the better ones are not. */
  readonly reason: string;
  /** The engines tried before, and what stood against each. */
  readonly rejected: readonly { readonly name: EngineName; readonly reason: string }[];
}

/**
 * Starts a compute engine and makes it TensorFlow.js's current backend. Each is checked with a small product before it counts as started.
 * One that runs already, with the same options, goes on; other options start it anew, and tensors move to it as they are used.
 * @throws {EngineUnavailableError} when the one asked for is not there, cannot train, or none is.
 */
export async function startEngine({
  engine = 'auto',
  forTraining = false,
  ...options
}: EngineRequest = {}): Promise<StartedEngine> {
  const candidates = engine === 'auto' ? ENGINES.filter((name) => !forTraining || STARTERS[name].canTrain) : [engine];
  if (engine !== 'auto') requireKnown(engine, forTraining);
  const rejected: { name: EngineName; reason: string }[] = [];
  for (const name of candidates) {
    try {
      const started = await STARTERS[name].start(options);
      await checkProduct();
      const reason = engine === 'auto' ? `the best that works here${describeRejected(rejected)}` : 'asked for';
      return { name, ...started, reason, rejected };
    } catch (error) {
      rejected.push({ name, reason: firstLine(error) });
    }
  }
  throw new EngineUnavailableError({
    expected: engine === 'auto' ? 'a compute engine' : `the compute engine ${engine}`,
    found: rejected.map(({ name, reason }) => `${name}: ${reason}`).join('; '),
    fix: engine === 'auto' ? 'install onnxruntime-node' : 'install what it needs, or use --engine auto',
    details: { engine, rejected },
  });
}

function requireKnown(engine: EngineName, forTraining: boolean): void {
  const starter = Object.hasOwn(STARTERS, engine) ? STARTERS[engine] : undefined;
  if (starter && (!forTraining || starter.canTrain)) return;
  const usable = ENGINES.filter((name) => !forTraining || STARTERS[name].canTrain);
  throw new EngineUnavailableError({
    expected: `an engine${forTraining ? ' that can train' : ''}, one of auto, ${usable.join(', ')}`,
    found: `"${engine}"${starter ? ', which has no gradients of convolutions' : ''}`,
    fix: 'choose one of them',
    details: { engine },
  });
}

/** An engine that starts but computes wrongly or not at all is no engine. */
async function checkProduct(): Promise<void> {
  const left = tensor2d([1, 2, 3, 4], [2, 2]);
  const product = matMul(left, left);
  const values = await product.data();
  left.dispose();
  product.dispose();
  if (`${[...values]}` !== '7,10,15,22') throw new Error(`a 2×2 product gave ${[...values]}`);
}

function describeRejected(rejected: readonly { name: string; reason: string }[]): string {
  return rejected.length === 0 ? '' : ` (${rejected.map(({ name, reason }) => `${name}: ${reason}`).join('; ')})`;
}

/** The first line of a message; of a long one the end, where native libraries say what is wrong. */
function firstLine(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.length > 120 ? `… ${line.slice(-110).replace(/^\S*\s/, '')}` : line;
}
