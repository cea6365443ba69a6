import { fileURLToPath } from 'node:url';
import type { ContestantDefinition } from '../contestant.js';
import type { NetworkName } from './networks.js';

/** A training step, `model.predict`, or the compiled form (which only the onnxruntime engine has). */
export type EngineTask = 'train' | 'predict' | 'compiled';

export interface EngineWork {
  readonly network: NetworkName;
  readonly task: EngineTask;
  readonly batch: number;
  /** Steps or predictions a turn. */
  readonly repetitions: number;
}

export function tfjsContestant(name: string, engine: string, work: EngineWork): ContestantDefinition {
  const { network, task, batch, repetitions } = work;
  return {
    name,
    command: process.execPath,
    arguments: [
      fileURLToPath(new URL('tfjs-contestant.js', import.meta.url)),
      engine,
      network,
      task,
      `${batch}`,
      `${repetitions}`,
    ],
    units: batch * repetitions,
  };
}

export function torchContestant(
  python: string,
  { network, task, batch, repetitions }: EngineWork,
): ContestantDefinition {
  const script = fileURLToPath(new URL('../../src/engine/torch-contestant.py', import.meta.url));
  const kind = task === 'train' ? 'train' : 'predict';
  return {
    name: 'PyTorch',
    command: python,
    arguments: [script, network, kind, `${batch}`, `${repetitions}`],
    units: batch * repetitions,
  };
}
