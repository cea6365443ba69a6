import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import type { ContestantDefinition } from '../contestant.js';
import { formatOutcome, interleave } from '../interleave.js';

/** The study's batch and FER-2013's size. */
const BATCH = 64;
const SIDE = 48;
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
      `training steps of mini-Xception, ${SIDE}×${SIDE}, batch ${BATCH}, in turns with tfjs-node, PyTorch and tfjs's own backends`,
    )
    .option('--rounds <count>', 'turns of each', parseCount, 5)
    .option('--steps <count>', 'training steps a turn', parseCount, 10)
    .option('--python <program>', 'a Python with PyTorch', process.env.MIEN_PYTHON ?? 'python3')
    .option('--json', 'print JSON')
    .action(async ({ rounds, steps, python, json }: TrainingBenchmarkOptions) => {
      const tfjs = (name: string, engine: string, batch = BATCH, count = steps): ContestantDefinition => ({
        name,
        command: process.execPath,
        arguments: [
          fileURLToPath(new URL('tfjs-contestant.js', import.meta.url)),
          engine,
          `${batch}`,
          `${count}`,
          `${SIDE}`,
        ],
        units: batch * count,
      });
      const torch = fileURLToPath(new URL('../../src/training/torch-contestant.py', import.meta.url));
      const contestants: ContestantDefinition[] = [
        tfjs('mien (onnxruntime)', 'onnxruntime-cpu'),
        tfjs(REFERENCE, 'tensorflow'),
        {
          name: 'PyTorch',
          command: python,
          arguments: [torch, `${BATCH}`, `${steps}`, `${SIDE}`],
          units: BATCH * steps,
        },
        tfjs('tfjs wasm', 'wasm'),
        // Two minutes for a step of the whole batch; pictures a second hardly depend on it.
        tfjs('tfjs cpu, batch 2', 'javascript', 2, 1),
      ];
      const outcome = await interleave(contestants, { rounds, reference: REFERENCE });
      process.stdout.write(
        json ? `${JSON.stringify(outcome, null, 2)}\n` : formatOutcome(outcome, 'pictures/s', REFERENCE),
      );
    });
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('a whole number above 0 is needed');
}
