import { execFile } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { StartedEngine } from '@mien/compute';
import { z } from 'zod';

/** What a run ran on and with; written down so that a figure can be understood later. */
export const environmentSchema = z.object({
  engine: z.string(),
  runtime: z.string(),
  engineReason: z.string(),
  node: z.string(),
  platform: z.string(),
  processor: z.string(),
  processors: z.number(),
  memoryGiB: z.number(),
  /** The revision of the code, `-dirty` with uncommitted changes; `unknown` outside a checkout. */
  revision: z.string(),
});

export type Environment = Readonly<z.output<typeof environmentSchema>>;

export async function describeEnvironment(engine: StartedEngine): Promise<Environment> {
  return {
    engine: engine.name,
    runtime: engine.runtime,
    engineReason: engine.reason,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    revision: await gitRevision(),
  };
}

async function gitRevision(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', [
      'describe',
      '--always',
      '--dirty',
      '--abbrev=12',
      '--exclude=*',
    ]);
    return stdout.trim();
  } catch {
    // No git, or no checkout: an npm install has neither.
    return 'unknown';
  }
}
