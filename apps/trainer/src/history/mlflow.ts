import { InvalidConfigurationError, MienError, WriteFailedError } from '@mien/core';
import type { History } from '@mien/training';
import { z } from 'zod';

/** What is logged of a training. */
export interface MlflowRun {
  /** The experiment's name; made where the server has none of it. */
  readonly experiment: string;
  readonly runName: string;
  readonly startedAt: Date;
  /** Flat: `training.batchSize` → `64`. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly history: History;
  /** Final figures, such as `test.accuracy`. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** The server's limits on one call (MLflow REST API, `runs/log-batch`). */
const LIMITS = { metrics: 1000, parameters: 100, value: 6000 } as const;

const experimentSchema = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const createdSchema = z.object({ experiment_id: z.string() });
const runSchema = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });

/**
 * Logs a finished training to an MLflow tracking server over its REST API (2.0).
 * @param server such as `http://localhost:5000`. @returns the id of the run.
 * @throws {InvalidConfigurationError} when it is no http address.
 * @throws {WriteFailedError} when the server is not there or refuses.
 */
export async function logToMlflow(server: string, run: MlflowRun): Promise<string> {
  const call = createClient(server);
  const experimentId = await findOrCreateExperiment(call, run.experiment);
  const startTime = run.startedAt.getTime();
  const created = await call('POST', 'runs/create', {
    experiment_id: experimentId,
    run_name: run.runName,
    start_time: startTime,
    tags: Object.entries(run.tags).map(([key, value]) => ({ key, value })),
  });
  const { run_id } = runSchema.parse(created).run.info;
  const params = Object.entries(run.parameters).map(([key, value]) => ({ key, value: value.slice(0, LIMITS.value) }));
  for (const part of chunks(params, LIMITS.parameters)) await call('POST', 'runs/log-batch', { run_id, params: part });
  const { metrics, end } = toMetrics(run, startTime);
  for (const part of chunks(metrics, LIMITS.metrics)) await call('POST', 'runs/log-batch', { run_id, metrics: part });
  await call('POST', 'runs/update', { run_id, status: 'FINISHED', end_time: end });
  return run_id;
}

function toMetrics({ history, metrics }: MlflowRun, startTime: number) {
  let timestamp = startTime;
  const perEpoch = history.flatMap(({ epoch, seconds, ...figures }) => {
    timestamp += Math.round(seconds * 1000);
    const at = timestamp;
    return Object.entries({ ...figures, seconds }).flatMap(([key, value]) =>
      typeof value === 'number' ? [{ key, value, timestamp: at, step: epoch }] : [],
    );
  });
  const final = Object.entries(metrics).map(([key, value]) => ({ key, value, timestamp, step: history.length }));
  return { metrics: [...perEpoch, ...final], end: timestamp };
}

type Call = (method: 'GET' | 'POST', path: string, body: Readonly<Record<string, unknown>>) => Promise<unknown>;

function createClient(server: string): Call {
  if (!/^https?:\/\//.test(server)) {
    throw new InvalidConfigurationError({
      expected: 'the address of an MLflow server, such as http://localhost:5000',
      found: `"${server}"`,
      fix: 'correct --mlflow; a folder is served with "mlflow server"',
    });
  }
  return async (method, path, body) => {
    const url = new URL(`api/2.0/mlflow/${path}`, server.endsWith('/') ? server : `${server}/`);
    if (method === 'GET') for (const [key, value] of Object.entries(body)) url.searchParams.set(key, String(value));
    const failure = (found: string, cause?: unknown) =>
      new WriteFailedError({
        expected: `to log the run to ${server}`,
        found,
        fix: 'start the server, or leave --mlflow out; the run folder is whole without it',
        details: { path },
        cause,
      });
    try {
      const response = await fetch(url, {
        method,
        ...(method === 'POST' && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await response.text();
      if (!response.ok) throw failure(`${path}: ${response.status} ${text.slice(0, 200)}`);
      return JSON.parse(text || '{}');
    } catch (error) {
      if (MienError.isInstance(error)) throw error;
      throw failure(error instanceof Error ? error.message : String(error), error);
    }
  };
}

async function findOrCreateExperiment(call: Call, name: string): Promise<string> {
  try {
    const found = await call('GET', 'experiments/get-by-name', { experiment_name: name });
    return experimentSchema.parse(found).experiment.experiment_id;
  } catch (error) {
    if (!(MienError.isInstance(error) && error.found.includes('RESOURCE_DOES_NOT_EXIST'))) throw error;
    return createdSchema.parse(await call('POST', 'experiments/create', { name })).experiment_id;
  }
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
