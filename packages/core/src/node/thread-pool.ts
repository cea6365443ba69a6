import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parentPort, type Transferable, Worker } from 'node:worker_threads';
import { MissingInputError } from '../errors.js';
import { refuseTelemetry } from './refuse-telemetry.js';

/** Several threads of one script, each with one request at a time. */
export interface ThreadPool<Request, Reply> {
  /**
   * Hands a request to the next thread that is free, in the order of the calls.
   * @param transfer buffers that are handed over instead of copied.
   */
  run(request: Request, transfer?: readonly Transferable[]): Promise<Reply>;
  /** Ends the threads; what is under way or waits is rejected. */
  close(): Promise<void>;
}

interface Task<Request, Reply> {
  readonly request: Request;
  readonly transfer: readonly Transferable[];
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

type Message<Reply> = { readonly reply: Reply } | { readonly error: unknown };

/**
 * Starts threads when they are first needed; idle ones do not keep the process alive. A thread that dies (out of memory, say) fails its
 * request, and the next request gets a new one.
 * @param script compiled code that calls `answerRequests`; @param workerData what each thread finds as `workerData`.
 * @throws {MissingInputError} when the script is not there: threads run no TypeScript.
 */
export function createThreadPool<Request, Reply>(
  script: URL,
  { threads, workerData }: { readonly threads: number; readonly workerData?: unknown },
): ThreadPool<Request, Reply> {
  const path = fileURLToPath(script);
  if (!existsSync(path)) {
    throw new MissingInputError({
      expected: `the compiled thread ${path}`,
      found: 'no such file',
      fix: 'install the package again, or, in its repository, build it, or use no threads',
      details: { path },
    });
  }
  refuseTelemetry();
  const workers: Worker[] = [];
  const idle: Worker[] = [];
  const waiting: Task<Request, Reply>[] = [];
  const running = new Map<Worker, Task<Request, Reply>>();
  let closed = false;

  const startNext = () => {
    while (waiting.length > 0) {
      const worker = idle.pop() ?? (workers.length < threads ? startWorker() : undefined);
      if (!worker) return;
      const task = waiting.shift() as Task<Request, Reply>;
      running.set(worker, task);
      worker.ref();
      worker.postMessage(task.request, task.transfer);
    }
  };
  const finish = (worker: Worker): Task<Request, Reply> | undefined => {
    const task = running.get(worker);
    running.delete(worker);
    worker.unref();
    return task;
  };
  function startWorker(): Worker {
    // The host's loaders and import conditions are for its own sources, not for compiled code.
    const worker = new Worker(script, { workerData, execArgv: [] });
    workers.push(worker);
    worker.on('message', (message: Message<Reply>) => {
      // An ended thread must keep the process alive until it has gone: whoever closes the pool waits for that.
      if (closed) return;
      const task = finish(worker);
      idle.push(worker);
      if ('reply' in message) task?.resolve(message.reply);
      else task?.reject(message.error);
      startNext();
    });
    const lose = (error: unknown) => {
      if (!workers.includes(worker)) return;
      workers.splice(workers.indexOf(worker), 1);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
      finish(worker)?.reject(error);
      startNext();
    };
    worker.on('error', lose);
    worker.on('exit', (code) => lose(new Error(`a thread ended by itself, with code ${code}`)));
    return worker;
  }

  return {
    run(request, transfer = []) {
      return new Promise((resolve, reject) => {
        if (closed) throw new Error('the threads were ended');
        waiting.push({ request, transfer, resolve, reject });
        startNext();
      });
    },
    async close() {
      closed = true;
      for (const { reject } of [...waiting.splice(0), ...running.values()]) reject(new Error('the threads were ended'));
      running.clear();
      await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
    },
  };
}

/**
 * The other end of `createThreadPool`: answers each request; what `answer` throws is thrown to whoever asked.
 * @param handOver the buffers of a reply that need not be copied.
 */
export function answerRequests<Request, Reply>(
  answer: (request: Request) => Reply | Promise<Reply>,
  handOver: (reply: Reply) => readonly Transferable[] = () => [],
): void {
  const port = parentPort;
  port?.on('message', async (request: Request) => {
    try {
      const reply = await answer(request);
      port.postMessage({ reply } satisfies Message<Reply>, handOver(reply));
    } catch (error) {
      port.postMessage({ error } satisfies Message<Reply>);
    }
  });
}
