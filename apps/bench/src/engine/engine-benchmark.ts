import { Command } from 'commander';
import type { ContestantDefinition } from '../contestant.js';
import { formatOutcome, interleave } from '../interleave.js';
import { parseCount } from '../parse-count.js';
import { type EngineWork, tfjsContestant, torchContestant } from './contestants.js';

const REFERENCE = 'tfjs-node';

/** The comparisons, by the name that `--only` takes. */
const COMPARISONS: Readonly<Record<string, EngineWork>> = {
  'train-mini-xception': { network: 'mini-xception', task: 'train', batch: 64, repetitions: 5 },
  'train-resnet50': { network: 'resnet50', task: 'train', batch: 16, repetitions: 1 },
  'train-vgg13': { network: 'vgg13-ferplus', task: 'train', batch: 32, repetitions: 1 },
  'predict-1': { network: 'mini-xception', task: 'predict', batch: 1, repetitions: 200 },
  'predict-64': { network: 'mini-xception', task: 'predict', batch: 64, repetitions: 10 },
};

interface EngineBenchmarkOptions {
  readonly rounds: number;
  readonly python: string;
  readonly only?: readonly string[];
  readonly json?: boolean;
}

function contestantsOf(work: EngineWork, python: string): ContestantDefinition[] {
  const tfjs = (name: string, engine: string, task = work.task) => tfjsContestant(name, engine, { ...work, task });
  if (work.task === 'train') {
    return [tfjs('mien', 'onnxruntime-cpu'), tfjs(REFERENCE, 'tensorflow'), torchContestant(python, work)];
  }
  return [
    tfjs('mien, compileModel', 'onnxruntime-cpu', 'compiled'),
    tfjs('mien, model.predict', 'onnxruntime-cpu'),
    tfjs(REFERENCE, 'tensorflow'),
    torchContestant(python, work),
    tfjs('tfjs wasm', 'wasm'),
  ];
}

/** `bench engine`. */
export function engineBenchmark(): Command {
  return new Command('engine')
    .description('training steps and predictions of three networks, in turns with tfjs-node, PyTorch and tfjs wasm')
    .option('--rounds <count>', 'turns of each', parseCount, 5)
    .option('--python <program>', 'a Python with PyTorch', process.env.MIEN_PYTHON ?? 'python3')
    .option('--only <comparisons...>', `some of ${Object.keys(COMPARISONS).join(', ')}`)
    .option('--json', 'print JSON')
    .action(async ({ rounds, python, only, json }: EngineBenchmarkOptions) => {
      const outcomes: Record<string, unknown> = {};
      for (const [name, work] of Object.entries(COMPARISONS)) {
        if (only !== undefined && !only.includes(name)) continue;
        const outcome = await interleave(contestantsOf(work, python), { rounds, reference: REFERENCE });
        outcomes[name] = outcome;
        if (!json)
          process.stdout.write(`${name}, batch ${work.batch}\n${formatOutcome(outcome, 'pictures/s', REFERENCE)}\n`);
      }
      if (json) process.stdout.write(`${JSON.stringify(outcomes, null, 2)}\n`);
    });
}
