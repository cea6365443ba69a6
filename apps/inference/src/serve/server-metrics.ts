import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { PictureResult } from '../reading/read-batch.js';
import type { ReadingQueue } from './reading-queue.js';

/** What a server counts, in a registry of its own. Nothing in it is about one picture or person. */
export class ServerMetrics {
  readonly registry = new Registry();
  readonly #requests = new Histogram({
    name: 'mien_request_seconds',
    help: 'Time from the first byte of a request to the end of its answer.',
    labelNames: ['route', 'status'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 10, 30],
    registers: [this.registry],
  });
  readonly #pictures = new Counter({
    name: 'mien_pictures_total',
    help: 'Pictures by outcome: read, or the code of their error.',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  readonly #faces = new Counter({
    name: 'mien_faces_total',
    help: 'Faces by the label they were given.',
    labelNames: ['label'],
    registers: [this.registry],
  });
  readonly #batches = new Histogram({
    name: 'mien_batch_pictures',
    help: 'Pictures that one thread read together.',
    buckets: [1, 2, 4, 8, 16, 32, 64],
    registers: [this.registry],
  });
  readonly #reading = new Histogram({
    name: 'mien_batch_seconds',
    help: 'Time that a thread took for a batch.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 10],
    registers: [this.registry],
  });
  readonly #failedBatches = new Counter({
    name: 'mien_failed_batches_total',
    help: 'Batches over which a thread failed or died; a dead one is replaced.',
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Shows how full a queue is, at the time of asking. */
  watchQueue(queue: ReadingQueue): void {
    new Gauge({
      name: 'mien_queue_places_taken',
      help: 'Requests under way or waiting.',
      registers: [this.registry],
      collect() {
        this.set(queue.taken);
      },
    });
    new Gauge({
      name: 'mien_queue_pictures_waiting',
      help: 'Pictures that wait for a thread.',
      registers: [this.registry],
      collect() {
        this.set(queue.waiting);
      },
    });
  }

  /** Shows how many streams are open, at the time of asking. */
  watchStreams(count: () => number): void {
    new Gauge({
      name: 'mien_streams_open',
      help: 'WebSocket connections.',
      registers: [this.registry],
      collect() {
        this.set(count());
      },
    });
  }

  request(route: string, status: number, seconds: number): void {
    this.#requests.observe({ route, status }, seconds);
  }

  batch(pictures: number, seconds: number): void {
    this.#batches.observe(pictures);
    this.#reading.observe(seconds);
  }

  failedBatch(): void {
    this.#failedBatches.inc();
  }

  pictures(results: readonly PictureResult[]): void {
    for (const result of results) {
      this.#pictures.inc({ outcome: 'error' in result ? result.error.code : 'read' });
      if ('error' in result) continue;
      for (const { label } of result.faces) this.#faces.inc({ label });
    }
  }
}
