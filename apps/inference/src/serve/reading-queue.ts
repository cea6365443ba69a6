import type { PictureResult, PictureSource } from '../reading/read-batch.js';
import type { ReaderThreads } from '../reading/reader-threads.js';
import { ReadingInterruptedError, ServerBusyError } from './errors.js';

interface Task {
  readonly source: PictureSource;
  readonly resolve: (result: PictureResult) => void;
  readonly reject: (error: unknown) => void;
}

/** What happens in the queue, for those who count. */
export interface QueueEvents {
  batch?(pictures: number, seconds: number): void;
  failedBatch?(): void;
}

/**
 * Stands between requests and threads. A request first takes one of `capacity` places, before its body is read; its pictures then wait for a
 * free thread, which takes up to `batch` of them, from whatever requests. While threads are free nothing waits for a batch to fill.
 */
export class ReadingQueue {
  readonly #threads: Pick<ReaderThreads, 'read' | 'threads'>;
  readonly #batch: number;
  readonly #capacity: number;
  readonly #events: QueueEvents;
  readonly #waiting: Task[] = [];
  #running = 0;
  #taken = 0;
  /** Seconds a picture, as a running mean: what Retry-After goes by. */
  #secondsEach = 0.1;

  constructor(
    threads: Pick<ReaderThreads, 'read' | 'threads'>,
    { batch, capacity }: { readonly batch: number; readonly capacity: number },
    events: QueueEvents = {},
  ) {
    this.#threads = threads;
    this.#batch = batch;
    this.#capacity = capacity;
    this.#events = events;
  }

  /** Pictures that wait for a thread. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Places that are taken. */
  get taken(): number {
    return this.#taken;
  }

  get isFull(): boolean {
    return this.#taken >= this.#capacity;
  }

  /**
   * Takes a place. @returns gives it back; a second call does nothing.
   * @throws {ServerBusyError} when all are taken.
   */
  takePlace(): () => void {
    if (this.isFull) throw new ServerBusyError(`${this.#capacity} requests at once`, this.#retryAfter());
    this.#taken++;
    let isHeld = true;
    return () => {
      if (isHeld) this.#taken--;
      isHeld = false;
    };
  }

  /**
   * Reads one request's pictures. @param signal drops those that still wait, and rejects with its reason.
   * @throws {ReadingInterruptedError} when a thread failed over them.
   */
  read(sources: readonly PictureSource[], signal?: AbortSignal): Promise<PictureResult[]> {
    return Promise.all(sources.map((source) => this.#readOne(source, signal)));
  }

  #readOne(source: PictureSource, signal?: AbortSignal): Promise<PictureResult> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const drop = () => {
        const at = this.#waiting.indexOf(task);
        if (at >= 0) this.#waiting.splice(at, 1);
        task.reject(signal?.reason);
      };
      // A signal that lives longer than the reading, as that of a stream, must not keep its pictures.
      const done = () => signal?.removeEventListener('abort', drop);
      const task: Task = {
        source,
        resolve(result) {
          done();
          resolve(result);
        },
        reject(error) {
          done();
          reject(error);
        },
      };
      signal?.addEventListener('abort', drop);
      this.#waiting.push(task);
      this.#startNext();
    });
  }

  #startNext(): void {
    while (this.#waiting.length > 0 && this.#running < this.#threads.threads) {
      const free = this.#threads.threads - this.#running;
      // Free threads share what waits.
      const share = Math.ceil(this.#waiting.length / free);
      const tasks = this.#waiting.splice(0, Math.min(this.#batch, share));
      this.#running++;
      void this.#run(tasks);
    }
  }

  async #run(tasks: readonly Task[]): Promise<void> {
    // Never the wall clock, which jumps.
    const start = performance.now();
    try {
      const results = await this.#threads.read(tasks.map(({ source }) => source));
      for (const [index, { resolve }] of tasks.entries()) resolve(results[index]);
      const seconds = (performance.now() - start) / 1000;
      this.#secondsEach += 0.1 * (seconds / tasks.length - this.#secondsEach);
      this.#events.batch?.(tasks.length, seconds);
    } catch (cause) {
      this.#events.failedBatch?.();
      const error = new ReadingInterruptedError({
        expected: 'the thread to read the picture to its end',
        found: 'that it failed',
        fix: 'ask again: where a thread died, a new one takes its place',
        cause,
      });
      for (const { reject } of tasks) reject(error);
    } finally {
      this.#running--;
      this.#startNext();
    }
  }

  #retryAfter(): number {
    return Math.max(1, Math.ceil((this.#taken * this.#secondsEach) / this.#threads.threads));
  }
}
