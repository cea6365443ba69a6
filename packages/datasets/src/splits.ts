import { InvalidConfigurationError, InvalidDataError, type Split } from '@mien/core';
import { invalid, subjectsOf } from './share-items.js';
import type { SplitItem } from './split-item.js';
import { partOfEach } from './split-parts.js';
import { SPLIT_PROTOCOLS, type SplitProtocol, type SplitProtocolInput, splitProtocolSchema } from './split-protocol.js';

/** Indices into the list of items, ascending; each item in one part at most (`by-angle` and `cross-database` leave some out). */
export type SplitIndices = Readonly<Record<Split, readonly number[]>>;

export interface SplitOptions {
  /**
   * Parts that must not be empty. Default: train for `official` (a release may hold back its test part), train and test for
   * the others. Evaluating on a part of a set names that part here.
   */
  readonly require?: readonly Split[];
}

/**
 * Divides the items by a protocol. The same items (in any order), protocol and seed give the same parts, and nobody stands in
 * two of them, unless the protocol's `unit` is `image` and the items name no subjects.
 * @throws {InvalidConfigurationError} when the protocol does not fit its schema, or names a subject that is not there.
 * @throws {InvalidDataError} when the items lack what the protocol goes by (a split, a gender, a subject), are too few, leave
 * a required part empty, or when a subject would stand in two parts.
 */
export function assignSplits(
  items: readonly SplitItem[],
  protocol: SplitProtocolInput,
  options: SplitOptions = {},
): SplitIndices {
  if (items.some(({ copyOf }) => copyOf !== undefined)) return assignWithCopies(items, protocol, options);
  const parsed = parseProtocol(protocol);
  const parts = partOfEach(items, parsed);
  const indices: Record<Split, number[]> = { train: [], validation: [], test: [] };
  for (const [index, part] of parts.entries()) if (part) indices[part].push(index);
  assertNoLeak(items, indices);
  for (const part of options.require ?? (parsed.protocol === 'official' ? ['train'] : ['train', 'test'])) {
    if (indices[part].length === 0) {
      throw invalid(
        `samples in the ${part} part under the protocol ${parsed.protocol}`,
        `none among ${items.length} (train ${indices.train.length}, validation ${indices.validation.length}, test ${indices.test.length})`,
        'use another protocol, or a data set that has this part',
      );
    }
  }
  return indices;
}

/** Divides the originals alone; copies of training items join them, the others are left out. */
function assignWithCopies(
  items: readonly SplitItem[],
  protocol: SplitProtocolInput,
  options: SplitOptions,
): SplitIndices {
  const originals = [...items.keys()].filter((index) => items[index].copyOf === undefined);
  const parts = assignSplits(
    originals.map((index) => items[index]),
    protocol,
    options,
  );
  const backTo = (part: Split) => parts[part].map((place) => originals[place]);
  const trained = new Set(backTo('train'));
  const copies = [...items.keys()].filter((index) => trained.has(items[index].copyOf ?? -1));
  const train = [...trained, ...copies].sort((a, b) => a - b);
  return { train, validation: backTo('validation'), test: backTo('test') };
}

/**
 * Every fold of a cross-validation, as protocols to be given to `assignSplits` one by one: k for `k-fold`, one a subject for
 * `leave-one-subject-out` (in the order of their names); any other protocol is its own only fold. A fold or subject that the
 * given protocol names is disregarded.
 */
export function expandFolds(items: readonly SplitItem[], protocol: SplitProtocolInput): SplitProtocol[] {
  const parsed = parseProtocol(protocol);
  switch (parsed.protocol) {
    case 'k-fold':
      return Array.from({ length: parsed.k }, (_, fold) => ({ ...parsed, fold }));
    case 'leave-one-subject-out':
      return subjectsOf(items, parsed.protocol).map((subject) => ({ ...parsed, subject }));
    default:
      return [parsed];
  }
}

/**
 * The guard against leaks.
 * @throws {InvalidDataError} when a subject stands in two parts; `details.subject` and `details.parts` say which.
 */
export function assertNoLeak(items: readonly SplitItem[], indices: SplitIndices): void {
  const home = new Map<string, Split>();
  for (const part of ['train', 'validation', 'test'] as const) {
    for (const index of indices[part]) {
      const { subject } = items[index];
      if (subject === undefined) continue;
      const other = home.get(subject) ?? part;
      if (other !== part) {
        throw new InvalidDataError({
          expected: 'every subject in one part only',
          found: `subject ${subject} in ${other} and in ${part} (${items[index].id})`,
          fix: 'split by subject, or correct the labels that put one person on both sides',
          details: { subject, parts: [other, part], id: items[index].id },
        });
      }
      home.set(subject, part);
    }
  }
}

function parseProtocol(protocol: SplitProtocolInput): SplitProtocol {
  const result = splitProtocolSchema.safeParse(protocol);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'protocol'}: ${message}`);
  throw new InvalidConfigurationError({
    expected: `a split protocol: ${SPLIT_PROTOCOLS.join(', ')}, with its options`,
    found: problems.join('; '),
    fix: 'correct the protocol',
    details: { problems },
    cause: result.error,
  });
}
