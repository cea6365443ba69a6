import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PictureResult, PictureSource } from '../reading/read-batch.js';
import { ReadingInterruptedError, ServerBusyError } from './errors.js';
import { fakeResult, gate } from './fixtures/test-server.js';
import { ReadingQueue } from './reading-queue.js';

const picture = (size: number): PictureSource => ({ name: `${size}`, content: new Uint8Array(size) });

test('whatever the requests, threads and batches, each picture is read once and answered to its own request, in order', async () => {
  const requests = fc.array(fc.array(fc.nat(50), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      requests,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 5 }),
      async (all, threads, batch) => {
        const batches: number[] = [];
        let running = 0;
        const read = async (sources: readonly PictureSource[]): Promise<PictureResult[]> => {
          running++;
          expect(running).toBeLessThanOrEqual(threads);
          batches.push(sources.length);
          // Later ones may end earlier.
          for (let turn = 0; turn < (sources[0].content.length * 7) % 5; turn++) await Promise.resolve();
          running--;
          return sources.map(fakeResult);
        };
        const queue = new ReadingQueue({ threads, read }, { batch, capacity: 100 });
        const answers = await Promise.all(all.map((sizes) => queue.read(sizes.map(picture))));
        expect(answers).toEqual(all.map((sizes) => sizes.map((size) => fakeResult(picture(size)))));
        expect(batches.reduce((sum, size) => sum + size, 0)).toBe(all.flat().length);
        expect(Math.max(...batches)).toBeLessThanOrEqual(batch);
        expect(queue.waiting).toBe(0);
      },
    ),
    { seed: 1, numRuns: 100 },
  );
});

test('pictures of several requests that wait go together', async () => {
  const { opened, open } = gate();
  const batches: string[][] = [];
  const read = async (sources: readonly PictureSource[]) => {
    batches.push(sources.map(({ name }) => name));
    await opened;
    return sources.map(fakeResult);
  };
  const queue = new ReadingQueue({ threads: 1, read }, { batch: 3, capacity: 100 });
  const answers = [1, 2, 3, 4, 5].map((size) => queue.read([picture(size)]));
  expect(queue.waiting).toBe(4);
  open();
  await Promise.all(answers);
  expect(batches).toEqual([['1'], ['2', '3', '4'], ['5']]);
});

test('places are as many as said, each given back once, and the refusal says when to come again', () => {
  const queue = new ReadingQueue({ threads: 1, read: async () => [] }, { batch: 1, capacity: 2 });
  const giveBack = queue.takePlace();
  queue.takePlace();
  expect(queue.isFull).toBe(true);
  expect(() => queue.takePlace()).toThrow(ServerBusyError);
  giveBack();
  giveBack();
  expect(queue.taken).toBe(1);
  queue.takePlace();
  expect(() => queue.takePlace()).toThrow(expect.objectContaining({ retryAfter: 1 }));
});

test('who hangs up takes the pictures that wait along; those that are read are read to the end', async () => {
  const { opened, open } = gate();
  const read: string[] = [];
  const queue = new ReadingQueue(
    {
      threads: 1,
      async read(sources) {
        read.push(...sources.map(({ name }) => name));
        await opened;
        return sources.map(fakeResult);
      },
    },
    { batch: 1, capacity: 9 },
  );
  const gone = new AbortController();
  const hungUp = queue.read([picture(1), picture(2)], gone.signal);
  const stays = queue.read([picture(3)]);
  gone.abort(new Error('gone'));
  await expect(hungUp).rejects.toThrow('gone');
  await expect(queue.read([picture(4)], gone.signal)).rejects.toThrow('gone');
  open();
  expect(await stays).toHaveLength(1);
  expect(read).toEqual(['1', '3']);
});

test('a thread that fails fails its batch alone', async () => {
  let failed = 0;
  const read = async (sources: readonly PictureSource[]) => {
    if (sources[0].name === '13') throw new Error('out of memory');
    return sources.map(fakeResult);
  };
  const events = { failedBatch: () => failed++ };
  const queue = new ReadingQueue({ threads: 1, read }, { batch: 1, capacity: 9 }, events);
  const [bad, good] = await Promise.allSettled([queue.read([picture(13)]), queue.read([picture(1)])]);
  expect(bad).toMatchObject({ status: 'rejected', reason: { cause: { message: 'out of memory' } } });
  expect(bad.status === 'rejected' && bad.reason).toBeInstanceOf(ReadingInterruptedError);
  expect(good.status).toBe('fulfilled');
  expect(failed).toBe(1);
});
