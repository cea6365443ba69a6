import { correlation, hammingDistance, likeness, type PerceptualHash } from './perceptual-hash.js';

/** Two pictures that look the same, by their indices; the first is the smaller. */
export interface NearPair {
  readonly first: number;
  readonly second: number;
  /** Bits of 64 in which the difference hashes differ. */
  readonly distance: number;
  /** How like their details are, of 1: `likeness`. */
  readonly likeness: number;
}

/** What makes two pictures near: both limits are kept. */
export interface NearLimits {
  /** The most bits of 64 that may differ, up to 11. */
  readonly maximumDistance: number;
  readonly minimumLikeness: number;
}

/** Below this correlation of the thumbnails, the details are not compared: that takes as long as 25 such correlations. */
const WORTH_A_LOOK = 0.85;

/** Bands of 16 bits: hashes that differ in at most 11 bits differ in at most two bits of some band. */
const BANDS = 4;
/** Every word of 16 bits with at most two bits set. */
const FLIPS = listFlips();

/**
 * Pairs of hashes that are near each other, found by multi-index hashing (Norouzi, Punjani & Fleet 2012): only hashes that agree
 * in a band, but for two bits, are compared. In order of the first, then the second.
 */
export function findNearPairs(
  hashes: readonly (PerceptualHash | undefined)[],
  { maximumDistance, minimumLikeness }: NearLimits,
): NearPair[] {
  const buckets = Array.from({ length: BANDS }, () => new Map<number, number[]>());
  const pairs: NearPair[] = [];
  const seen = new Int32Array(hashes.length).fill(-1);
  for (const [index, hash] of hashes.entries()) {
    if (!hash) continue;
    for (let band = 0; band < BANDS; band++) {
      const key = bandOf(hash.bits, band);
      for (const flip of FLIPS) {
        for (const other of buckets[band].get(key ^ flip) ?? []) {
          if (seen[other] === index) continue;
          seen[other] = index;
          const candidate = hashes[other] as PerceptualHash;
          const distance = hammingDistance(hash.bits, candidate.bits);
          if (distance > maximumDistance || correlation(hash.thumbnail, candidate.thumbnail) < WORTH_A_LOOK) continue;
          const like = likeness(hash.detail, candidate.detail);
          if (like >= minimumLikeness) pairs.push({ first: other, second: index, distance, likeness: like });
        }
      }
      const bucket = buckets[band].get(key);
      if (bucket) bucket.push(index);
      else buckets[band].set(key, [index]);
    }
  }
  return pairs.sort((a, b) => a.first - b.first || a.second - b.second);
}

function bandOf(bits: PerceptualHash['bits'], band: number): number {
  return (bits[band >> 1] >>> ((band & 1) * 16)) & 0xffff;
}

function listFlips(): number[] {
  const single = Array.from({ length: 16 }, (_, bit) => 1 << bit);
  return [0, ...single, ...single.flatMap((one, index) => single.slice(index + 1).map((other) => one | other))];
}
