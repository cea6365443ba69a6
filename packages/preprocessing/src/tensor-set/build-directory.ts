import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WriteFailedError } from '@mien/core';
import { describeSystemError, writeFileAtomically } from '@mien/core/node';
import type { PreprocessReport } from './report.js';
import { INDEX_FILE, REPORT_FILE, type TensorSetIndex } from './tensor-set-index.js';

const PREFIX = '.building-';

/**
 * The folder inside `directory` in which a set grows until it is whole; a set that was there before stays usable until then. Folders
 * of processes that were killed are removed.
 */
export async function openBuildDirectory(directory: string, key: string): Promise<string> {
  return writing(directory, async () => {
    await mkdir(directory, { recursive: true });
    for (const entry of await readdir(directory)) {
      if (entry.startsWith(PREFIX) && !isRunning(Number(entry.split('-').at(-1)))) {
        await rm(join(directory, entry), { recursive: true, force: true });
      }
    }
    const building = join(directory, `${PREFIX}${key.slice(0, 12)}-${process.pid}`);
    await rm(building, { recursive: true, force: true });
    await mkdir(building);
    return building;
  });
}

/** Moves a finished set into place: the old index goes first, the new one comes last, so that a kill leaves no index of mixed shards. */
export async function publish(
  directory: string,
  building: string,
  index: TensorSetIndex,
  report: PreprocessReport,
): Promise<void> {
  await writing(directory, async () => {
    await rm(join(directory, INDEX_FILE), { force: true });
    for (const { file } of index.shards) await rename(join(building, file), join(directory, file));
    const current = new Set(index.shards.map(({ file }) => file));
    for (const entry of await readdir(directory)) {
      if (/^shard-\d+\.safetensors$/.test(entry) && !current.has(entry)) await rm(join(directory, entry));
    }
    await rm(building, { recursive: true });
  });
  await writeFileAtomically(join(directory, REPORT_FILE), `${JSON.stringify(report, null, 2)}\n`);
  await writeFileAtomically(join(directory, INDEX_FILE), `${JSON.stringify(index)}\n`);
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function writing<Result>(directory: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new WriteFailedError({
      expected: `to write tensors below ${directory}`,
      found: describeSystemError(error),
      fix: 'free space or choose a folder that can be written',
      details: { directory },
      cause: error,
    });
  }
}
