import { expect, test } from 'vitest';
import type { PictureResult } from '../reading/read-batch.js';
import type { FrameResponse } from './api-schemas.js';
import { ServerBusyError } from './errors.js';
import { FaceStream } from './face-stream.js';
import { fakeFace, gate } from './fixtures/test-server.js';

/** A frame whose faces stand where its bytes say. */
const readPositions = async (content: Uint8Array): Promise<PictureResult> => ({
  file: 'the frame',
  width: 300,
  height: 10,
  faces: [...content].map(fakeFace),
});

test('the same face keeps its number from frame to frame, a new one gets another', async () => {
  const sent: FrameResponse[] = [];
  const stream = new FaceStream(readPositions, (response) => sent.push(response));
  for (const positions of [
    [0, 100],
    [102, 1],
    [3, 200, 104],
  ]) {
    stream.push(Uint8Array.from(positions));
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  await stream.finish();
  const ids = sent.map((response) => {
    if (!('faces' in response)) throw new Error('a frame without an answer');
    return Object.fromEntries(response.faces.map(({ id, box }) => [Math.round(box.x / 100), id]));
  });
  expect(ids[0]).toEqual({ 0: expect.any(Number), 1: expect.any(Number) });
  expect(ids[1]).toEqual(ids[0]);
  expect(ids[2]).toEqual({ ...ids[0], 2: expect.any(Number) });
  expect(new Set(Object.values(ids[2])).size).toBe(3);
});

test('of frames that come while one is read the newest is kept, and every frame has its answer', async () => {
  const { opened, open } = gate();
  const sent: FrameResponse[] = [];
  const stream = new FaceStream(
    async (content) => {
      await opened;
      return readPositions(content);
    },
    (response) => sent.push(response),
  );
  for (let frame = 0; frame < 5; frame++) stream.push(Uint8Array.of(frame));
  const finished = stream.finish();
  stream.push(Uint8Array.of(9));
  open();
  await finished;
  expect(sent.map(({ frame }) => frame)).toEqual([2, 3, 4, 1, 5]);
  expect(sent.map((response) => 'dropped' in response)).toEqual([true, true, true, false, false]);
});

test('a frame that fails is answered with why, and the next is read', async () => {
  const failures: (Error | undefined)[] = [
    new ServerBusyError('2 requests at once', 1),
    new TypeError('secret'),
    undefined,
  ];
  const sent: FrameResponse[] = [];
  const stream = new FaceStream(
    async (content) => {
      const failure = failures.shift();
      if (failure) throw failure;
      return readPositions(content);
    },
    (response) => sent.push(response),
  );
  for (let frame = 0; frame < 3; frame++) {
    stream.push(Uint8Array.of(frame));
    await new Promise((resolve) => setTimeout(resolve));
  }
  expect(sent).toMatchObject([
    { frame: 1, error: { code: 'MIEN_SERVER_BUSY' } },
    { frame: 2, error: { code: 'MIEN_SERVER_FAILED' } },
    { frame: 3, faces: [{}] },
  ]);
  expect(JSON.stringify(sent)).not.toMatch('secret');
});

test('what waits when the client is gone is not read', async () => {
  const { opened, open } = gate();
  let read = 0;
  const stream = new FaceStream(
    async (content) => {
      read++;
      await opened;
      return readPositions(content);
    },
    () => undefined,
  );
  stream.push(Uint8Array.of(1));
  stream.push(Uint8Array.of(2));
  stream.abandon();
  open();
  await stream.finish();
  expect(read).toBe(1);
});
