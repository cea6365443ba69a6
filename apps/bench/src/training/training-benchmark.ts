import { Command } from 'commander';
import type { ContestantDefinition } from '../contestant.js';
import { tfjsContestant, torchContestant } from '../engine/contestants.js';
import { formatOutcome, interleave } from '../interleave.js';
import { parseCount } from '../parse-count.js';

/** The study's batch. */
const BATCH = 64;
const REFERENCE = 'tfjs-node';

interface TrainingBenchmarkOptions {
  readonly rounds: number;
  readonly steps: number;
  readonly python: string;
  readonly json?: boolean;
}

/** `bench training`. */
export function trainingBenchmark(): Command {
  return new Command('training')
    .description(
      `training steps of mini-Xception, 48×48, batch ${BATCH}, in turns with tfjs-node, PyTorch and tfjs's own backends`,
    )
    .option('--rounds <count>', 'turns of each', parseCount, 5)
    .option('--steps <count>', 'training steps a turn', parseCount, 10)
    .option('--python <program>', 'a Python with PyTorch', process.env.MIEN_PYTHON ?? 'python3')
    .option('--json', 'print JSON')
    .action(async ({ rounds, steps, python, json }: TrainingBenchmarkOptions) => {
      const work = { network: 'mini-xception', task: 'train', batch: BATCH, repetitions: steps } as const;
      const contestants: ContestantDefinition[] = [
        tfjsContestant('mien (onnxruntime)', 'onnxruntime-cpu', work),
        tfjsContestant(REFERENCE, 'tensorflow', work),
        torchContestant(python, work),
        tfjsContestant('tfjs wasm', 'wasm', work),
        // Two minutes for a step of the whole batch; pictures a second hardly depend on it.
        tfjsContestant('tfjs cpu, batch 2', 'javascript', { ...work, batch: 2, repetitions: 1 }),
      ];
      const outcome = await interleave(contestants, { rounds, reference: REFERENCE });
      process.stdout.write(
        json ? `${JSON.stringify(outcome, null, 2)}\n` : formatOutcome(outcome, 'pictures/s', REFERENCE),
      );
    });
}
