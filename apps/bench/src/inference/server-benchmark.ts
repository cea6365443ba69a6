import { loadavg } from 'node:os';
import autocannon from 'autocannon';
import { Command } from 'commander';
import { median } from '../interleave.js';
import { parseCount } from '../parse-count.js';
import { compressTo, drawGrainyPhoto } from './grainy-photo.js';
import { ServerProcess } from './server-process.js';

interface ServerBenchmarkOptions {
  readonly threads: readonly number[];
  readonly connections: readonly number[];
  readonly seconds: number;
  readonly rounds: number;
  readonly bytes: number;
}

/** Answers later than this are too late: the project's aim for the 99th percentile. */
const LATEST_MILLISECONDS = 200;

interface Load {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Answers other than 200, and connections that failed. */
  readonly failures: number;
}

/** `bench server`. */
export function serverBenchmark(): Command {
  return new Command('server')
    .description('requests a second of mien serve for JPEG pictures with one face, and how long 99 of 100 take at most')
    .option('--threads <counts>', 'servers with so many threads, in turns', parseCounts, [1, 2])
    .option('--connections <counts>', 'clients that ask at the same time', parseCounts, [1, 2, 3, 4, 6, 8])
    .option('--seconds <count>', 'length of a turn', parseCount, 5)
    .option('--rounds <count>', 'turns each; the median is told', parseCount, 3)
    .option('--bytes <count>', 'size of a picture', parseCount, 100_000)
    .action(measure);
}

async function measure({ threads, connections, seconds, rounds, bytes }: ServerBenchmarkOptions): Promise<void> {
  const photos = Array.from({ length: 8 }, (_, seed) => drawGrainyPhoto({ seed, faces: 1 }));
  const files = await Promise.all(photos.map(async (photo) => compressTo(await photo, bytes)));
  const servers = new Map<number, ServerProcess>();
  const before = loadavg()[0];
  try {
    for (const count of threads) servers.set(count, await ServerProcess.start(['--threads', `${count}`]));
    // The first requests compile.
    for (const server of servers.values()) await askFor(server, files, 2, 2);
    const best = new Map<number, number>();
    const sizes = files.map(({ length }) => Math.round(length / 1000)).join(', ');
    print(`pictures of ${sizes} kB; median of ${rounds} turns of ${seconds} s`);
    print('threads  clients  requests/s  p50 ms  p99 ms  failures');
    for (const clients of connections) {
      const loads = new Map<number, Load[]>(threads.map((count) => [count, []]));
      for (let round = 0; round < rounds; round++) {
        for (const [count, server] of servers) loads.get(count)?.push(await askFor(server, files, clients, seconds));
      }
      for (const [count, turns] of loads) {
        const load = summarise(turns);
        const cells = [
          count,
          clients,
          load.perSecond.toFixed(1),
          load.p50.toFixed(0),
          load.p99.toFixed(0),
          load.failures,
        ];
        print(cells.map((cell, index) => String(cell).padStart([7, 7, 10, 6, 6, 8][index])).join('  '));
        if (load.p99 <= LATEST_MILLISECONDS) best.set(count, Math.max(best.get(count) ?? 0, load.perSecond));
      }
    }
    for (const count of threads) {
      const most = best.get(count);
      const ratio = (most ?? Number.NaN) / (best.get(threads[0]) ?? Number.NaN);
      const growth = Number.isFinite(ratio) ? `, ${ratio.toFixed(2)} × that of ${threads[0]}` : '';
      print(`${count} threads: ${most?.toFixed(1) ?? 'no'} requests/s with p99 ≤ ${LATEST_MILLISECONDS} ms${growth}`);
    }
  } finally {
    for (const server of servers.values()) await server.stop();
  }
  print(`load of the machine: ${before.toFixed(2)} before, ${loadavg()[0].toFixed(2)} after (this one's included)`);
}

async function askFor(
  { address }: ServerProcess,
  files: readonly Buffer[],
  connections: number,
  duration: number,
): Promise<Load> {
  const headers = { 'content-type': 'image/jpeg' };
  const result = await autocannon({
    url: `${address}/v1/predict`,
    connections,
    duration,
    requests: files.map((body) => ({ method: 'POST', headers, body })),
  });
  const { requests, latency, non2xx, errors } = result;
  return { perSecond: requests.average, p50: latency.p50, p99: latency.p99, failures: non2xx + errors };
}

function summarise(turns: readonly Load[]): Load {
  const middle = (key: keyof Load) => median(turns.map((turn) => turn[key]));
  const failures = turns.reduce((sum, turn) => sum + turn.failures, 0);
  return { perSecond: middle('perSecond'), p50: middle('p50'), p99: middle('p99'), failures };
}

/** `1,2,4` */
function parseCounts(text: string): number[] {
  return text.split(',').map(parseCount);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
