import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '@mien/core';
import { decodeImage } from '@mien/datasets';
import { Command } from 'commander';
import { median } from '../interleave.js';
import { parseCount } from '../parse-count.js';
import { createMeasuredReader } from './built-inference.js';
import { createPace } from './pace.js';
import { ServerProcess } from './server-process.js';
import { badRequests, goodRequests, prepareSoakPictures, type SoakOutcome, type SoakTarget } from './soak-requests.js';
import { streamFrames } from './soak-stream.js';

interface SoakOptions {
  readonly minutes: number;
  readonly clients: number;
  readonly threads: number;
  readonly seed: number;
  readonly rate?: number;
}

/** Of the server at one moment, in MiB. */
interface Memory {
  readonly resident: number;
  /** Tells a leak of the program's own apart from memory that the allocator keeps. */
  readonly heap: number;
}

/** The pixel limit is below the bomb's. */
const MAXIMUM_PIXELS = 40_000_000;
const SAMPLES = 40;
const MEBIBYTE = 1024 ** 2;

/** `bench soak`. Exit code 1 when an answer was wrong. */
export function soakBenchmark(): Command {
  return new Command('soak')
    .description(
      'good and bad requests mixed: each answer beside that of the single-threaded reader, and the memory of mien serve',
    )
    .option('--minutes <count>', 'how long', parseCount, 30)
    .option('--clients <count>', 'clients that ask at the same time, one with a stream besides', parseCount, 6)
    .option('--threads <count>', 'threads of the server', parseCount, 2)
    .option('--seed <count>', 'of who asks what', parseCount, 1)
    .option(
      '--rate <count>',
      'requests and frames a second at most, of all together; the default is as many as are answered',
      parseCount,
    )
    .action(soak);
}

async function soak({ minutes, clients, threads, seed, rate = Infinity }: SoakOptions): Promise<void> {
  const reader = await createMeasuredReader({ threads: 1 });
  const pictures = await prepareSoakPictures(reader, (file) => decodeImage(file));
  const [good, bad] = [goodRequests(pictures), await badRequests(pictures)];
  const token = 'the-token-of-the-soak';
  const folder = await mkdtemp(join(tmpdir(), 'mien-soak-'));
  const tokens = join(folder, 'tokens');
  const bearer = createHash('sha256').update(token).digest('hex');
  await writeFile(tokens, `${bearer}\n`);
  const options = [
    '--threads',
    `${threads}`,
    '--queue',
    // Less than is asked for at once, so that some are refused.
    `${Math.max(1, clients - 2)}`,
    '--tokens',
    tokens,
    '--maximum-pixels',
    `${MAXIMUM_PIXELS}`,
  ];
  const server = await ServerProcess.start(options);
  const target: SoakTarget = { address: server.address, token };
  const counts = { right: 0, busy: 0, late: 0, wrong: 0 };
  const reasons = new Set<string>();
  const note = (outcome: SoakOutcome) => {
    if (typeof outcome === 'string') counts[outcome]++;
    else {
      counts.wrong++;
      reasons.add(outcome.wrong);
    }
  };
  const end = performance.now() + minutes * 60_000;
  const isOver = () => performance.now() >= end;
  const turn = createPace(rate);
  const ask = async (client: number) => {
    const random = createRandom(seed, 'soak', client);
    while (!isOver()) {
      await turn();
      const request = random.pick(random.chance(0.7) ? good : bad);
      note(await request(target, random).catch((error: Error) => ({ wrong: `${error.message} ${error.cause ?? ''}` })));
      if (random.chance(0.1)) await sleep(random.uniform(0, 500));
    }
  };
  const memory: Memory[] = [];
  const mebibytes = async (metric: string) => (await server.metric(metric, target.token)) / MEBIBYTE;
  const watch = async () => {
    while (!isOver()) {
      await sleep((minutes * 60_000) / SAMPLES);
      const resident = await mebibytes('process_resident_memory_bytes');
      memory.push({ resident, heap: await mebibytes('nodejs_heap_size_used_bytes') });
    }
  };
  try {
    await Promise.all([
      ...Array.from({ length: clients }, (_, client) => ask(client)),
      streamFrames(target, pictures, note, isOver, turn),
      watch(),
    ]);
    const failed = await server.metric('mien_failed_batches_total', target.token);
    report(counts, reasons, memory, failed, await server.stop());
  } finally {
    await rm(folder, { recursive: true });
  }
  if (counts.wrong > 0) process.exitCode = 1;
}

function report(
  counts: Record<'right' | 'busy' | 'late' | 'wrong', number>,
  reasons: ReadonlySet<string>,
  memory: readonly Memory[],
  failedBatches: number,
  exitCode: number | null,
): void {
  const lines = [
    `${counts.right} answers as they should be, ${counts.busy} refused as too many, ${counts.late} as too late, ${counts.wrong} wrong; batches that a thread failed over: ${failedBatches}`,
    ...[...reasons].slice(0, 20).map((reason) => `  ${reason}`),
    ...describeGrowth(
      'resident memory of the server',
      memory.map(({ resident }) => resident),
    ),
    ...describeGrowth(
      'JavaScript heap of its main thread',
      memory.map(({ heap }) => heap),
    ),
    `the server ended with ${exitCode}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** The second quarter beside the last: in the first, caches fill and code is compiled. */
function describeGrowth(what: string, mebibytes: readonly number[]): string[] {
  const quarter = Math.ceil(mebibytes.length / 4);
  const early = median(mebibytes.slice(quarter, 2 * quarter));
  const late = median(mebibytes.slice(-quarter));
  const growth = `${early.toFixed(0)} MiB in the second quarter, ${late.toFixed(0)} MiB in the last (${(100 * (late / early - 1)).toFixed(1)} %)`;
  return [`${what}: ${growth}`, `  MiB: ${mebibytes.map((value) => value.toFixed(0)).join(' ')}`];
}
