import { createHash } from 'node:crypto';
import { type Dataset, type Emotion, InvalidImageError, type PixelImage, type Split } from '@mien/core';
import { isBlank } from './pixel-statistics.js';

/** Pictures whose pixels are the same. */
export interface EqualPictures {
  readonly ids: readonly string[];
  /** The label of each. */
  readonly emotions: readonly Emotion[];
  /** The part that each is in; `undefined` where the set has none. */
  readonly splits: readonly (Split | undefined)[];
}

/** How many pictures of one part also stand in another. */
export interface SharedPictures {
  readonly split: Split;
  readonly alsoIn: Split;
  /** Pictures of `split` that have an equal one in `alsoIn`. */
  readonly pictures: number;
}

/** A person, film or sequence that stands in several parts. */
export interface SharedSubject {
  readonly subject: string;
  readonly splits: readonly Split[];
}

export interface DatasetAudit {
  readonly pictures: number;
  /** Groups of two or more equal pictures, in the order of their first. */
  readonly duplicates: readonly EqualPictures[];
  /** Those of `duplicates` whose labels differ. */
  readonly contradictions: readonly EqualPictures[];
  readonly acrossSplits: readonly SharedPictures[];
  readonly sharedSubjects: readonly SharedSubject[];
  /** Ids of pictures that show nothing: more than half of one grey level, and little else. */
  readonly blank: readonly string[];
  /** Pictures that cannot be decoded. */
  readonly damaged: readonly { readonly id: string; readonly reason: string }[];
}

export interface AuditOptions {
  /** Called after each picture, with the number of pictures so far. */
  readonly onProgress?: (done: number) => void;
}

const PARTS: readonly Split[] = ['train', 'validation', 'test'];

interface Seen {
  readonly id: string;
  readonly emotion: Emotion;
  readonly split: Split | undefined;
}

/**
 * Looks at every picture of a data set for what would make its figures wrong: exact duplicates (the same pixels, in colour
 * or as the same grey) within and across the official parts, equal pictures with contradicting labels, blank and damaged
 * pictures, and subjects in several parts. Pictures are decoded one by one; memory grows by a hash each.
 * @throws {MissingInputError | InvalidDataError} when the set cannot be read on; a damaged picture is part of the result.
 */
export async function auditDataset(dataset: Dataset, options: AuditOptions = {}): Promise<DatasetAudit> {
  const byPixels = new Map<string, Seen[]>();
  const home = new Map<string, Set<Split>>();
  const blank: string[] = [];
  const damaged: { id: string; reason: string }[] = [];
  let pictures = 0;

  for await (const { id, emotion, split, subject, load } of dataset.samples()) {
    if (subject !== undefined && split !== undefined) {
      home.set(subject, (home.get(subject) ?? new Set()).add(split));
    }
    try {
      const image = await load();
      if (isBlank(image)) blank.push(id);
      const key = hashPixels(image);
      const equal = byPixels.get(key);
      if (equal) equal.push({ id, emotion, split });
      else byPixels.set(key, [{ id, emotion, split }]);
    } catch (error) {
      if (!(error instanceof InvalidImageError)) throw error;
      damaged.push({ id, reason: error.found });
    }
    pictures++;
    options.onProgress?.(pictures);
  }

  const groups = [...byPixels.values()].filter(({ length }) => length > 1);
  const duplicates = groups.map((group) => ({
    ids: group.map(({ id }) => id),
    emotions: group.map(({ emotion }) => emotion),
    splits: group.map(({ split }) => split),
  }));
  return {
    pictures,
    duplicates,
    contradictions: duplicates.filter(({ emotions }) => new Set(emotions).size > 1),
    acrossSplits: countAcrossSplits(duplicates),
    sharedSubjects: [...home]
      .filter(([, splits]) => splits.size > 1)
      .map(([subject, splits]) => ({ subject, splits: PARTS.filter((part) => splits.has(part)) })),
    blank,
    damaged,
  };
}

/** For each later part, how many of its pictures an earlier part has too. */
function countAcrossSplits(duplicates: readonly EqualPictures[]): SharedPictures[] {
  return PARTS.flatMap((split, index) => PARTS.slice(0, index).map((alsoIn) => ({ split, alsoIn })))
    .map(({ split, alsoIn }) => ({
      split,
      alsoIn,
      pictures: duplicates
        .filter(({ splits }) => splits.includes(alsoIn))
        .reduce((sum, { splits }) => sum + splits.filter((part) => part === split).length, 0),
    }))
    .filter(({ pictures }) => pictures > 0);
}

/** SHA-256 of size and pixels; a colour picture whose channels are equal is the grey picture. */
function hashPixels({ width, height, channels, data }: PixelImage): string {
  return createHash('sha256')
    .update(`${width}×${height}:`)
    .update(channels === 1 ? data : asGrey(data))
    .digest('base64');
}

function asGrey(data: Uint8Array): Uint8Array {
  const grey = new Uint8Array(data.length / 3);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return data;
    grey[pixel] = data[at];
  }
  return grey;
}
