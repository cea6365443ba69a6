import {
  ALL_EMOTIONS,
  createRandom,
  InvalidConfigurationError,
  InvalidDataError,
  type Sample,
  type Split,
} from '@mien/core';
import { compare } from './file-tree.js';
import { type SampleGroup, shareGroups } from './share-groups.js';
import { SPLIT_PROTOCOLS, type SplitProtocol, type SplitProtocolInput, splitProtocolSchema } from './split-protocol.js';

/** What a protocol looks at; a `Sample` is one. */
export type SplitItem = Pick<Sample, 'id' | 'emotion' | 'subject' | 'split' | 'groups'> & {
  /** The item that this one is an augmented copy of: it may only be trained on, and only where its original is. */
  readonly copyOf?: number;
};

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

function partOfEach(items: readonly SplitItem[], protocol: SplitProtocol): (Split | undefined)[] {
  if (items.length === 0) throw invalid('samples to split', 'none', 'check the data set');
  switch (protocol.protocol) {
    case 'official':
      return items.map(({ id, split }) => split ?? lacking(id, 'split of its own', protocol.protocol));
    case 'by-gender': {
      const genders = items.map(({ id, groups }) => groups.gender ?? lacking(id, 'gender', protocol.protocol));
      const rest = [...items.keys()].filter((index) => genders[index] === protocol.train);
      return withValidation(items, rest, protocol, 'subject');
    }
    case 'leave-one-subject-out': {
      const subjects = subjectsOf(items, protocol.protocol);
      if (protocol.subject === undefined || !subjects.includes(protocol.subject)) {
        throw new InvalidConfigurationError({
          expected: `the subject to leave out, one of ${subjects.slice(0, 10).join(', ')}${subjects.length > 10 ? ', …' : ''}`,
          found: protocol.subject === undefined ? 'none' : `"${protocol.subject}"`,
          fix: "set the protocol's subject, or run every fold",
        });
      }
      const rest = [...items.keys()].filter((index) => items[index].subject !== protocol.subject);
      return withValidation(items, rest, protocol, 'subject');
    }
    case 'k-fold': {
      const shares = new Array<number>(protocol.k).fill(1 / protocol.k);
      const dealt = ofDatabase(items, protocol);
      const folds = share(items, dealt, shares, protocol, protocol.unit, 'folds');
      const rest = dealt.filter((index) => folds.get(index) !== protocol.fold);
      const parts = withValidation(items, rest, protocol, protocol.unit);
      // Whoever was not dealt trains.
      return parts.map((part, index) => (folds.has(index) ? part : 'train'));
    }
    case 'hold-out': {
      const { validationShare, testShare, unit } = protocol;
      const shares = [1 - validationShare - testShare, validationShare, testShare];
      const parts = share(items, [...items.keys()], shares, protocol, unit, 'hold-out');
      return items.map((_, index) => PARTS[parts.get(index) as number]);
    }
    case 'by-angle':
      return partsByAngle(items, protocol);
    case 'cross-database':
      return partsByDatabase(items, protocol);
  }
}

const PARTS = ['train', 'validation', 'test'] as const;

/** People are shared out first, as in `hold-out`; then each part keeps the pictures of its angles. */
function partsByAngle(
  items: readonly SplitItem[],
  protocol: Extract<SplitProtocol, { protocol: 'by-angle' }>,
): (Split | undefined)[] {
  const { validationShare, testShare } = protocol;
  const shares = [1 - validationShare - testShare, validationShare, testShare];
  const people = share(items, [...items.keys()], shares, protocol, 'subject', 'by-angle');
  return items.map(({ id, groups }, index) => {
    const angle = groups.angle ?? lacking(id, 'angle', protocol.protocol);
    const part = PARTS[people.get(index) as number];
    return (part === 'test' ? protocol.test : protocol.train).includes(angle) ? part : undefined;
  });
}

function partsByDatabase(
  items: readonly SplitItem[],
  protocol: Extract<SplitProtocol, { protocol: 'cross-database' }>,
): (Split | undefined)[] {
  const databases = items.map(({ id, groups }) => groups.database ?? lacking(id, 'data set', protocol.protocol));
  requireKnown([...protocol.train, ...protocol.test], databases);
  const isTrainedOn = (index: number) => protocol.train.includes(databases[index]);
  const withoutParts = [...items.keys()].filter((index) => isTrainedOn(index) && items[index].split === undefined);
  const { validationShare, unit } = protocol;
  const shares = [1 - validationShare, validationShare];
  const shared =
    validationShare === 0 || withoutParts.length === 0
      ? undefined
      : share(items, withoutParts, shares, protocol, unit, 'validation');
  return items.map(({ split }, index) => {
    if (isTrainedOn(index)) return split === 'test' ? undefined : (split ?? PARTS[shared?.get(index) ?? 0]);
    if (!protocol.test.includes(databases[index])) return undefined;
    return protocol.testSplits && !(split && protocol.testSplits.includes(split)) ? undefined : 'test';
  });
}

/** Whoever is not in `rest` is tested on; of `rest`, the validation share is taken out. */
function withValidation(
  items: readonly SplitItem[],
  rest: readonly number[],
  protocol: Extract<SplitProtocol, { protocol: 'by-gender' | 'k-fold' | 'leave-one-subject-out' }>,
  unit: Unit,
): Split[] {
  const parts = new Array<Split>(items.length).fill('test');
  const { validationShare } = protocol;
  const shared =
    validationShare === 0 || rest.length === 0
      ? undefined
      : share(items, rest, [1 - validationShare, validationShare], protocol, unit, 'validation');
  for (const index of rest) parts[index] = PARTS[shared?.get(index) ?? 0];
  return parts;
}

/** The items of the data set that a protocol goes by; all of them where it names none. */
function ofDatabase(
  items: readonly SplitItem[],
  { database, protocol }: Extract<SplitProtocol, { protocol: 'k-fold' }>,
) {
  const all = [...items.keys()];
  if (database === undefined) return all;
  const databases = items.map(({ id, groups }) => groups.database ?? lacking(id, 'data set', protocol));
  requireKnown([database], databases);
  return all.filter((index) => databases[index] === database);
}

/** @throws {InvalidConfigurationError} when a data set is named that no item is of. */
function requireKnown(named: readonly string[], databases: readonly string[]): void {
  const known = [...new Set(databases)];
  const unknown = named.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new InvalidConfigurationError({
    expected: `data sets to train and test on, of ${known.join(', ')}`,
    found: `"${unknown}"`,
    fix: 'correct the name, or add that set to the combined one',
    details: { unknown, known },
  });
}

type Unit = 'subject' | 'image';

/** Deals the chosen items out by whole groups: item index → part. */
function share(
  items: readonly SplitItem[],
  chosen: readonly number[],
  shares: readonly number[],
  protocol: { readonly protocol: string; readonly seed: number },
  unit: Unit,
  purpose: string,
): Map<number, number> {
  const keyOf = (index: number): string =>
    unit === 'image'
      ? items[index].id
      : (items[index].subject ?? lacking(items[index].id, 'subject', protocol.protocol));
  const groups = new Map<string, { key: string; counts: number[]; members: number[] }>();
  for (const index of chosen) {
    const key = keyOf(index);
    const group = groups.get(key) ?? { key, counts: new Array<number>(ALL_EMOTIONS.length).fill(0), members: [] };
    group.counts[ALL_EMOTIONS.indexOf(items[index].emotion)]++;
    group.members.push(index);
    groups.set(key, group);
  }
  const needed = shares.filter((value) => value > 0).length;
  if (groups.size < needed) {
    throw invalid(
      `at least ${needed} ${unit}s for ${needed} parts under the protocol ${protocol.protocol}`,
      `${groups.size}`,
      'ask for fewer folds or parts, or use a larger data set',
    );
  }
  const list = [...groups.values()];
  const parts = shareGroups(list satisfies SampleGroup[], shares, createRandom(protocol.seed, 'split', purpose));
  return new Map(list.flatMap(({ members }, group) => members.map((index) => [index, parts[group]] as const)));
}

function subjectsOf(items: readonly SplitItem[], protocol: string): string[] {
  return [...new Set(items.map(({ id, subject }) => subject ?? lacking(id, 'subject', protocol)))].sort(compare);
}

function lacking(id: string, what: string, protocol: string): never {
  throw new InvalidDataError({
    expected: `samples that each have ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}, which the protocol ${protocol} goes by`,
    found: `sample ${id} without one`,
    fix:
      what === 'subject'
        ? 'use the official split, or set unit: image and accept that one person may stand in two parts'
        : 'use another protocol (k-fold and hold-out need only subjects)',
    details: { id },
  });
}

function invalid(expected: string, found: string, fix: string): InvalidDataError {
  return new InvalidDataError({ expected, found, fix });
}
