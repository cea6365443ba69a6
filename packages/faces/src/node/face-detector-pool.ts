import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Face, MissingInputError, type PixelImage } from '@mien/core';
import { refuseTelemetry } from '@mien/core/node';
import { checkImage } from '../check-image.js';
import type { DetectOptions, FaceDetector } from '../face-detector.js';
import { type DetectorOptionsInput, detectorOptionsSchema } from '../face-detector-options.js';
import { parseOptions } from '../parse-options.js';
import type { WorkerReply, WorkerRequest } from './detector-worker.js';

/** A thread runs compiled code only; the path is the same from the sources. */
const WORKER = new URL('../../dist/node/detector-worker.js', import.meta.url);

interface Task {
  readonly request: WorkerRequest;
  readonly resolve: (faces: Face[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A detector that works on several pictures at once, each in a thread of its own, so that the caller's thread stays free. Each
 * thread takes about 0.3 s and 150 MiB to start; faces are the same as `createFaceDetector`'s.
 * @param threads how many; they start when first needed and do not keep the process alive while idle.
 * @throws {InvalidConfigurationError} for options that do not fit their schema; @throws {MissingInputError} when the package was not built.
 */
export async function createFaceDetectorPool(options: DetectorOptionsInput, threads: number): Promise<FaceDetector> {
  const parsed = parseOptions(detectorOptionsSchema, options, 'a face detector', 'detectorOptionsSchema');
  if (!existsSync(WORKER)) {
    throw new MissingInputError({
      expected: `the compiled worker ${fileURLToPath(WORKER)}`,
      found: 'no such file',
      fix: 'install @mien/faces again, or, in its repository, build it',
      details: { path: fileURLToPath(WORKER) },
    });
  }
  const workers: Worker[] = [];
  const idle: Worker[] = [];
  const waiting: Task[] = [];
  const running = new Map<Worker, Task>();
  let disposed = false;

  const startNext = () => {
    if (waiting.length === 0) return;
    const worker = idle.pop() ?? (workers.length < threads ? startWorker() : undefined);
    if (!worker) return;
    const task = waiting.shift() as Task;
    running.set(worker, task);
    worker.ref();
    worker.postMessage(task.request);
  };
  const finish = (worker: Worker): Task | undefined => {
    const task = running.get(worker);
    running.delete(worker);
    worker.unref();
    return task;
  };
  function startWorker(): Worker {
    refuseTelemetry();
    // The host's loaders and import conditions are for its own sources, not for compiled code.
    const worker = new Worker(WORKER, { workerData: parsed, execArgv: [] });
    workers.push(worker);
    worker.on('message', (reply: WorkerReply) => {
      const task = finish(worker);
      idle.push(worker);
      if ('faces' in reply) task?.resolve(reply.faces);
      else task?.reject(reply.error);
      startNext();
    });
    // A thread that dies (out of memory, say) fails its picture; the next picture gets a new thread.
    worker.on('error', (error) => {
      workers.splice(workers.indexOf(worker), 1);
      finish(worker)?.reject(error);
      startNext();
    });
    return worker;
  }

  return {
    detect(image: PixelImage, { bestOnly = false }: DetectOptions = {}) {
      return new Promise((resolve, reject) => {
        if (disposed) throw new Error('this detector was disposed of');
        checkImage(image);
        waiting.push({ request: { image, bestOnly }, resolve, reject });
        startNext();
      });
    },
    dispose() {
      disposed = true;
      for (const { reject } of [...waiting.splice(0), ...running.values()])
        reject(new Error('the detector was disposed of'));
      running.clear();
      for (const worker of workers.splice(0)) void worker.terminate();
    },
  };
}
