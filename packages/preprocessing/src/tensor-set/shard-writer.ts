import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { encodeSafetensors } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import type { TensorSetIndex } from './tensor-set-index.js';

type Shape = TensorSetIndex['image'];

/** Memory for one shard stays below this whatever the picture's size. */
const SHARD_BYTES = 64 * 2 ** 20;
const SHARD_SAMPLES = 4096;

/** Samples a shard when the caller names no number. */
export function defaultShardSize({ height, width, channels }: Shape): number {
  return Math.max(1, Math.min(SHARD_SAMPLES, Math.floor(SHARD_BYTES / (height * width * channels))));
}

/** Collects rows and writes them as `shard-00000.safetensors`, …; holds at most one shard in memory. */
export class ShardWriter {
  readonly shards: TensorSetIndex['shards'] = [];
  readonly #directory: string;
  readonly #shape: Shape;
  readonly #images: Uint8Array<ArrayBuffer>;
  readonly #labels: Uint8Array<ArrayBuffer>;
  readonly #classes: number;
  /** Count × classes; there from the first row on that has a distribution. */
  #distributions: Float32Array<ArrayBuffer> | undefined;
  #count = 0;

  constructor(directory: string, shape: Shape, classes: number, shardSize: number) {
    this.#directory = directory;
    this.#shape = shape;
    this.#images = new Uint8Array(shardSize * shape.height * shape.width * shape.channels);
    this.#labels = new Uint8Array(shardSize);
    this.#classes = classes;
  }

  /** Adds a row; writes the shard when that fills it. */
  async add(pixels: Uint8Array, label: number, distribution?: readonly number[]): Promise<void> {
    this.#images.set(pixels, this.#count * pixels.length);
    if (distribution) this.#addDistribution(distribution);
    else if (this.#distributions) this.#distributions[this.#count * this.#classes + label] = 1;
    this.#labels[this.#count++] = label;
    if (this.#count === this.#labels.length) await this.flush();
  }

  #addDistribution(distribution: readonly number[]): void {
    const classes = this.#classes;
    if (!this.#distributions) {
      this.#distributions = new Float32Array(this.#labels.length * classes);
      for (let row = 0; row < this.#count; row++) this.#distributions[row * classes + this.#labels[row]] = 1;
    }
    this.#distributions.set(distribution, this.#count * classes);
  }

  /** Writes what is left. */
  async flush(): Promise<void> {
    const count = this.#count;
    if (count === 0) return;
    const { height, width, channels } = this.#shape;
    const images = this.#images.subarray(0, count * height * width * channels);
    const bytes = encodeSafetensors({
      images: { dtype: 'U8', shape: [count, height, width, channels], data: images },
      labels: { dtype: 'U8', shape: [count], data: this.#labels.subarray(0, count) },
      ...(this.#distributions && {
        label_distributions: {
          dtype: 'F32',
          shape: [count, this.#classes],
          data: this.#distributions.subarray(0, count * this.#classes),
        },
      }),
    });
    const file = `shard-${String(this.shards.length).padStart(5, '0')}.safetensors`;
    await writeFileAtomically(join(this.#directory, file), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.shards.push({ file, count, bytes: bytes.length, sha256 });
    this.#count = 0;
    this.#distributions = undefined;
  }
}
