import type { Emotion } from './emotion.js';
import type { PixelImage } from './image.js';

/** Which part of a data set's official protocol a sample belongs to. */
export type Split = 'train' | 'validation' | 'test';

/** What groups results in bias reports: every value is the data set's own statement, nothing is guessed from pixels. */
export interface SampleGroups {
  readonly gender?: 'female' | 'male';
  /** Head angle as KDEF names it: full left … full right. */
  readonly angle?: 'full-left' | 'half-left' | 'straight' | 'half-right' | 'full-right';
}

/** One labelled picture of a data set; pixels are decoded only when asked for. */
export interface Sample {
  /** Unique in its data set and stable between runs: a path below its root, or a row number. */
  readonly id: string;
  readonly emotion: Emotion;
  /** The person, film or sequence that must not stand on both sides of a split. */
  readonly subject?: string;
  readonly split?: Split;
  readonly groups: SampleGroups;
  /**
   * Decodes the picture.
   * @throws {InvalidImageError} when the file is damaged.
   */
  readonly load: () => Promise<PixelImage>;
}

/** A data set opened for reading. Iterating yields samples in a stable order, without decoding them. */
export interface Dataset {
  readonly name: string;
  readonly labels: readonly Emotion[];
  readonly licence: string;
  samples(): AsyncIterable<Sample>;
  /** A digest (hex) of what the samples are made of: file names, sizes and times, or the generator's options. */
  fingerprint(): Promise<string>;
}
