import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import type { ContestantDefinition } from '../contestant.js';
import { formatOutcome, interleave } from '../interleave.js';
import { parseCount } from '../parse-count.js';
import { measureAugmentation } from './augmentation.js';
import { drawPhotos, FULL_SIZE, type PreprocessingWork, SMALL_SIZE, WORK } from './work.js';

const REFERENCE = 'OpenCV-Python';

interface PreprocessingBenchmarkOptions {
  readonly rounds: number;
  readonly python: string;
  readonly json?: boolean;
  readonly memory?: boolean;
  readonly augmentation?: boolean;
  readonly pictures: number;
  readonly steps: number;
}

function mien(name: string, work: PreprocessingWork, units: number): ContestantDefinition {
  const script = fileURLToPath(new URL('mien-contestant.js', import.meta.url));
  return { name, command: process.execPath, arguments: [script, JSON.stringify(work)], units };
}

function opencv(name: string, python: string, work: PreprocessingWork, processes: number, units: number) {
  const script = fileURLToPath(new URL('../../src/preprocessing/opencv-contestant.py', import.meta.url));
  // The very file that the other side uses.
  const faces = dirname(createRequire(import.meta.url).resolve('@mien/faces/package.json'));
  const cascade = join(faces, 'dist', 'cascades', 'frontalface-alt2.xml');
  return { name, command: python, arguments: [script, JSON.stringify(work), cascade, `${processes}`], units };
}

/** The comparisons: the same work on both sides, and OpenCV-Python both in one process and in as many as there are threads. */
function comparisons(folder: string, count: number, python: string): Record<string, ContestantDefinition[]> {
  const whole = { ...WORK, folder, searchSize: FULL_SIZE };
  const small = { ...WORK, folder, searchSize: SMALL_SIZE };
  const none = { ...WORK, folder, searchSize: 0 };
  return {
    'with the detector': [
      mien('mien, searched small', small, count),
      mien('mien, searched whole', whole, count),
      opencv(REFERENCE, python, whole, WORK.threads, count),
      opencv('OpenCV-Python, one process', python, whole, 1, count),
      opencv('OpenCV-Python, searched small', python, small, WORK.threads, count),
    ],
    'without the detector': [
      mien('mien', none, count),
      opencv(REFERENCE, python, none, WORK.threads, count),
      opencv('OpenCV-Python, one process', python, none, 1, count),
    ],
  };
}

async function measureSpeed({ rounds, python, json }: PreprocessingBenchmarkOptions): Promise<void> {
  const { folder, count } = await drawPhotos();
  const outcomes: Record<string, unknown> = {};
  for (const [name, definitions] of Object.entries(comparisons(folder, count, python))) {
    const outcome = await interleave(definitions, { rounds, reference: REFERENCE });
    outcomes[name] = outcome;
    if (!json) process.stdout.write(`${name}\n${formatOutcome(outcome, 'pictures/s', REFERENCE)}\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify(outcomes, null, 2)}\n`);
}

async function measureMemory(pictures: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mien-bench-memory-'));
  try {
    const script = fileURLToPath(new URL('memory.js', import.meta.url));
    const child = spawn(process.execPath, [script, `${pictures}`, `${WORK.threads}`, folder], { stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    process.exitCode = code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `bench preprocessing`. */
export function preprocessingBenchmark(): Command {
  return new Command('preprocessing')
    .description(
      'from JPEG files (562×762, colour) to equalised grey pictures of 256×256, with and without the Haar detector, in turns with OpenCV-Python',
    )
    .option('--rounds <count>', 'turns of each', parseCount, 7)
    .option(
      '--python <program>',
      'a Python with opencv-python 4 (5 has no cascades)',
      process.env.MIEN_PYTHON ?? 'python3',
    )
    .option('--memory', 'instead: peak memory over many generated pictures')
    .option('--pictures <count>', 'with --memory: how many', parseCount, 100_000)
    .option('--augmentation', 'instead: how long training steps wait for augmentation')
    .option('--steps <count>', 'with --augmentation: steps a turn', parseCount, 30)
    .option('--json', 'print JSON')
    .action(async (options: PreprocessingBenchmarkOptions) => {
      if (options.memory) await measureMemory(options.pictures);
      else if (options.augmentation) process.stdout.write(await measureAugmentation(options.rounds, options.steps));
      else await measureSpeed(options);
    });
}
