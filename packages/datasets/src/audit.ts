import { createHash } from 'node:crypto';
import { type Dataset, type Emotion, MienError, type PixelImage, type Split } from '@mien/core';
import { findNearPairs } from './near-duplicates.js';
import { type PerceptualHash, perceptualHash } from './perceptual-hash.js';
import { isBlank } from './pixel-statistics.js';

/** Pictures whose pixels are the same. */
export interface EqualPictures {
  readonly ids: readonly string[];
  /** The label of each. */
  readonly emotions: readonly Emotion[];
  /** The part that each is in; `undefined` where the set has none. */
  readonly splits: readonly (Split | undefined)[];
}

/** Two pictures that are not equal but look the same: scaled, compressed, cut or lit a little differently, or marked. */
export interface NearPictures {
  readonly ids: readonly [string, string];
  readonly emotions: readonly [Emotion, Emotion];
  readonly splits: readonly [Split | undefined, Split | undefined];
  /** Bits of 64 in which their difference hashes differ. */
  readonly distance: number;
  /** Correlation of their 32 × 32 thumbnails, shifted so that they fit best; 1 is equal but for light and contrast. */
  readonly likeness: number;
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
  /** Of equal pictures one stands for all. Pairs of one person are not among them: people at rest look like themselves. */
  readonly nearDuplicates: readonly NearPictures[];
  /** How many such pairs show one person (or are of one film), so that no split by person parts them. */
  readonly nearDuplicatesOfOneSubject: number;
  /** Those of `nearDuplicates` whose labels differ. */
  readonly nearContradictions: readonly NearPictures[];
  readonly nearAcrossSplits: readonly SharedPictures[];
  readonly sharedSubjects: readonly SharedSubject[];
  /** Ids of pictures that show nothing: more than half of one grey level, and little else. */
  readonly blank: readonly string[];
  /** Pictures that cannot be read or decoded. */
  readonly damaged: readonly { readonly id: string; readonly reason: string }[];
}

export interface AuditOptions {
  /** Called after each picture, with the number of pictures so far. */
  readonly onProgress?: (done: number) => void;
}

/**
 * From here on pictures count as near. In KDEF, SFEW, CK+48 and JAFFE, which name their people, one pair of two people in more
 * than 800,000 is that near; of FER-2013's pairs just within, 16 were looked at, and each showed one photograph.
 */
const NEAR = { maximumDistance: 11, minimumLikeness: 0.95 };

const PARTS: readonly Split[] = ['train', 'validation', 'test'];

interface Seen {
  readonly subject: string | undefined;
  readonly id: string;
  readonly emotion: Emotion;
  readonly split: Split | undefined;
}

/**
 * Looks at every picture of a data set for what would make its figures wrong: exact duplicates (the same pixels, in colour
 * or as the same grey) and near duplicates (a difference hash, confirmed on thumbnails) within and across the official parts,
 * equal pictures with contradicting labels, blank and damaged pictures, and subjects in several parts. Pictures are decoded one
 * by one; memory grows by about two kilobytes each.
 * @throws {MissingInputError | InvalidDataError} when the set cannot be listed on; a damaged picture is part of the result.
 */
export async function auditDataset(dataset: Dataset, options: AuditOptions = {}): Promise<DatasetAudit> {
  const byPixels = new Map<string, { readonly members: Seen[]; readonly hash: PerceptualHash }>();
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
      const seen = { id, emotion, split, subject };
      const equal = byPixels.get(key);
      if (equal) equal.members.push(seen);
      else byPixels.set(key, { members: [seen], hash: perceptualHash(image) });
    } catch (error) {
      if (!MienError.isInstance(error)) throw error;
      damaged.push({ id, reason: error.found });
    }
    pictures++;
    options.onProgress?.(pictures);
  }

  const contents = [...byPixels.values()];
  const groups = contents.map(({ members }) => members).filter(({ length }) => length > 1);
  const near = findNearPictures(contents);
  const duplicates = groups.map((group) => ({
    ids: group.map(({ id }) => id),
    emotions: group.map(({ emotion }) => emotion),
    splits: group.map(({ split }) => split),
  }));
  return {
    pictures,
    duplicates,
    contradictions: duplicates.filter(({ emotions }) => new Set(emotions).size > 1),
    acrossSplits: countAcrossSplits(
      duplicates.map(({ ids, splits }) => ids.map((id, at) => ({ id, split: splits[at] }))),
    ),
    ...near,
    sharedSubjects: [...home]
      .filter(([, splits]) => splits.size > 1)
      .map(([subject, splits]) => ({ subject, splits: PARTS.filter((part) => splits.has(part)) })),
    blank,
    damaged,
  };
}

type NearFindings = Pick<
  DatasetAudit,
  'nearDuplicates' | 'nearDuplicatesOfOneSubject' | 'nearContradictions' | 'nearAcrossSplits'
>;

function findNearPictures(
  contents: readonly { readonly members: readonly Seen[]; readonly hash: PerceptualHash }[],
): NearFindings {
  const pairs = findNearPairs(
    contents.map(({ hash }) => hash),
    NEAR,
  ).map(({ first, second, ...measures }) => ({
    a: contents[first].members,
    b: contents[second].members,
    measures,
  }));
  const strangers = pairs.filter(({ a: [a], b: [b] }) => a.subject === undefined || a.subject !== b.subject);
  const nearDuplicates = strangers.map(
    ({ a: [a], b: [b], measures }): NearPictures => ({
      ids: [a.id, b.id],
      emotions: [a.emotion, b.emotion],
      splits: [a.split, b.split],
      ...measures,
    }),
  );
  return {
    nearDuplicates,
    nearDuplicatesOfOneSubject: pairs.length - strangers.length,
    nearContradictions: nearDuplicates.filter(({ emotions: [a, b] }) => a !== b),
    nearAcrossSplits: countAcrossSplits(strangers.map(({ a, b }) => [...a, ...b])),
  };
}

/** For each later part, how many of its pictures stand in a group with one of an earlier part. */
function countAcrossSplits(groups: readonly (readonly Pick<Seen, 'id' | 'split'>[])[]): SharedPictures[] {
  return PARTS.flatMap((split, index) => PARTS.slice(0, index).map((alsoIn) => ({ split, alsoIn })))
    .map(({ split, alsoIn }) => {
      const ids = groups
        .filter((group) => group.some((member) => member.split === alsoIn))
        .flatMap((group) => group.filter((member) => member.split === split).map(({ id }) => id));
      return { split, alsoIn, pictures: new Set(ids).size };
    })
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
