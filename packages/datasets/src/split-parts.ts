import { InvalidConfigurationError, type Split } from '@mien/core';
import { invalid, lacking, share, subjectsOf, type Unit } from './share-items.js';
import type { SplitItem } from './split-item.js';
import type { SplitProtocol } from './split-protocol.js';

/**
 * The part that a protocol gives each item; `undefined` where it leaves one out.
 * @throws {InvalidConfigurationError} when it names a subject or a data set that is not there.
 * @throws {InvalidDataError} when the items lack what it goes by, or are too few.
 */
export function partOfEach(items: readonly SplitItem[], protocol: SplitProtocol): (Split | undefined)[] {
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
