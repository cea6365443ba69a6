import type { Emotion } from './emotion.js';
import type { PixelImage } from './image.js';

/** Which part of a data set's official protocol a sample belongs to. */
export type Split = 'train' | 'validation' | 'test';

/** What groups results in bias reports: every value is the data set's own statement, nothing is guessed from pixels. */
export interface SampleGroups {
  readonly gender?: 'female' | 'male';
  /** Head angle as KDEF names it: full left … full right. */
  readonly angle?: 'full-left' | 'half-left' | 'straight' | 'half-right' | 'full-right';
  /** The data set that the sample comes from, where several are used as one. */
  readonly database?: string;
}

/** One labelled picture of a data set; pixels are decoded only when asked for. */
export interface Sample {
  /** Unique in its data set and stable between runs: a path below its root, or a row number. */
  readonly id: string;
  readonly emotion: Emotion;
  /**
   * The probability of each of the data set's `labels`, in their order; it sums to 1 and is largest at `emotion`. Absent where
   * the set states one label and no more.
   */
  readonly labelDistribution?: readonly number[];
  /** The person, film or sequence that must not stand on both sides of a split. */
  readonly subject?: string;
  readonly split?: Split;
  readonly groups: SampleGroups;
  /** The picture is a face already, framed as it is wanted: none is looked for in it. */
  readonly isFace?: boolean;
  /** The path of the picture's file, where the sample is one whole file: a thread may decode it itself, to what `load` gives. */
  readonly file?: string;
  /**
   * Decodes the picture.
   * @throws {InvalidImageError} when the file is damaged.
   */
  readonly load: () => Promise<PixelImage>;
}

/** One frame of a sequence; pixels are decoded only when asked for. */
export interface SequenceFrame {
  /** As a sample's: unique in its data set and stable between runs. */
  readonly id: string;
  /** How far the expression has come, 0 neutral … 1 apex; absent where the data set does not say. */
  readonly intensity?: number;
  /** As a sample's. */
  readonly load: () => Promise<PixelImage>;
}

/** A labelled sequence of pictures of one person, from neutral to the apex of an expression. */
export interface Sequence extends Pick<Sample, 'id' | 'emotion' | 'subject' | 'split' | 'groups' | 'isFace'> {
  /** In the order of time, at least one; `emotion` is that of the last. */
  readonly frames: readonly SequenceFrame[];
}

/** A data set opened for reading. Iterating yields samples in a stable order, without decoding them. */
export interface Dataset {
  readonly name: string;
  readonly labels: readonly Emotion[];
  readonly licence: string;
  samples(): AsyncIterable<Sample>;
  /** The labelled sequences that the samples come from, in a stable order; absent where the set has none. */
  sequences?(): AsyncIterable<Sequence>;
  /** A digest (hex) of what the samples are made of: file names, sizes and times, or the generator's options. */
  fingerprint(): Promise<string>;
}
