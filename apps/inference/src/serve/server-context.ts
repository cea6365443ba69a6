import type { ModelCard } from '@mien/core';
import type { ReadingQueue } from './reading-queue.js';
import type { ServerMetrics } from './server-metrics.js';
import type { ServerOptions } from './server-options.js';

/** What routes share. */
export interface ServerContext {
  readonly card: ModelCard;
  readonly options: ServerOptions;
  readonly queue: ReadingQueue;
  readonly metrics: ServerMetrics;
}
