import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { familySync, GLIBC } from 'detect-libc';
import { expect, test } from 'vitest';

/** Heaps of a process of its own that has made twelve threads, counted by glibc; the built file, as the program loads it. */
async function heapsOfTwelveThreads(limit: string, environment: Record<string, string> = {}): Promise<number> {
  const program = `
    import { readFileSync, rmSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { Worker } from 'node:worker_threads';
    import koffi from 'koffi';
    import { limitHeaps } from './limit-heaps.js';
    ${limit}
    const libc = koffi.load('libc.so.6');
    const open = libc.func('void *fopen(const char *, const char *)');
    const close = libc.func('int fclose(void *)');
    const describe = libc.func('int malloc_info(int, void *)');
    const workers = Array.from({ length: 12 }, () => new Worker('setInterval(() => {}, 1000)', { eval: true }));
    await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('online', resolve))));
    const file = \`\${tmpdir()}/mien-heaps-\${process.pid}.xml\`;
    const stream = open(file, 'w');
    describe(0, stream);
    close(stream);
    process.stdout.write(String(readFileSync(file, 'utf8').split('<heap nr').length - 1));
    rmSync(file);
    process.exit();`;
  const { MALLOC_ARENA_MAX, ...others } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: new URL('../../dist/serve/', import.meta.url),
    env: { ...others, ...environment },
  });
  return Number(stdout);
}

test.skipIf(familySync() !== GLIBC)('threads made afterwards share the heaps that there are', async () => {
  const [free, limited] = await Promise.all([heapsOfTwelveThreads(''), heapsOfTwelveThreads('limitHeaps(2);')]);
  // By itself glibc stops at eight for each core.
  expect(free).toBeGreaterThan(8);
  expect(limited).toBeLessThan(free);
});

test.skipIf(familySync() !== GLIBC)('whoever has said how many gets as many', async () => {
  expect(await heapsOfTwelveThreads('limitHeaps(2);', { MALLOC_ARENA_MAX: '11' })).toBe(11);
});
