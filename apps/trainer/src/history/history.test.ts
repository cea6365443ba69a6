import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidConfigurationError, WriteFailedError } from '@mien/core';
import { expect, test } from 'vitest';
import { crc32c } from './crc32c.js';
import reference from './fixtures/events.json' with { type: 'json' };
import { logToMlflow, type MlflowRun } from './mlflow.js';
import { encodeEvents } from './tensorboard.js';

const history = [1, 2].map((epoch) => ({
  epoch,
  trainLoss: 2 / epoch,
  trainAccuracy: 0.25 * epoch,
  validationLoss: 2.5 / epoch,
  validationAccuracy: 0.2 * epoch,
  learningRate: 0.01,
  seconds: 12.5,
}));

test('CRC-32C of the standard’s example', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
});

test('the event file is, byte for byte, what TensorBoard’s own writer makes', () => {
  expect(Buffer.from(encodeEvents(history, 1_700_000_000)).toString('base64')).toBe(reference.events);
});

interface Received {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

async function withServer(use: (address: string, received: Received[]) => Promise<void>): Promise<void> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    let text = '';
    for await (const chunk of request) text += chunk;
    received.push({ path: url.pathname, body: text ? JSON.parse(text) : Object.fromEntries(url.searchParams) });
    const answers: Record<string, [number, unknown]> = {
      'experiments/get-by-name': [404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'none' }],
      'experiments/create': [200, { experiment_id: '7' }],
      'runs/create': [200, { run: { info: { run_id: 'abc' } } }],
    };
    const [status, body] = answers[url.pathname.replace('/api/2.0/mlflow/', '')] ?? [200, {}];
    response.writeHead(status).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, received);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

const run: MlflowRun = {
  experiment: 'fer2013',
  runName: 'fer2013, fold 1 of 5',
  startedAt: new Date(1_700_000_000_000),
  parameters: Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`p${index}`, 'x'])),
  tags: { revision: 'abc' },
  history,
  metrics: { 'test.accuracy': 0.5 },
};

test('MLflow: experiment, run, parameters, metrics by epoch, end, within the limits of a call', async () => {
  await withServer(async (address, received) => {
    expect(await logToMlflow(address, run)).toBe('abc');
    expect(received.map(({ path }) => path.replace('/api/2.0/mlflow/', ''))).toEqual([
      'experiments/get-by-name',
      'experiments/create',
      'runs/create',
      'runs/log-batch',
      'runs/log-batch',
      'runs/log-batch',
      'runs/update',
    ]);
    expect(received[0].body).toEqual({ experiment_name: 'fer2013' });
    expect(received[2].body).toMatchObject({ experiment_id: '7', start_time: 1_700_000_000_000 });
    const metrics = received[5].body.metrics as { key: string; value: number; timestamp: number; step: number }[];
    expect(metrics).toContainEqual({ key: 'trainLoss', value: 1, timestamp: 1_700_000_025_000, step: 2 });
    expect(metrics).toContainEqual({ key: 'test.accuracy', value: 0.5, timestamp: 1_700_000_025_000, step: 2 });
    expect(received[6].body).toEqual({ run_id: 'abc', status: 'FINISHED', end_time: 1_700_000_025_000 });
  });
});

test('no server, a refusal, and what is no address are errors that say what to do', async () => {
  await expect(logToMlflow('http://127.0.0.1:1', run)).rejects.toThrow(WriteFailedError);
  await expect(logToMlflow('mlruns', run)).rejects.toThrow(InvalidConfigurationError);
});
