import { InvalidDataError } from '@mien/core';
import {
  accuracyInterval,
  type BootstrapOptions,
  groupIntoUnits,
  type Interval,
  type SampleUnits,
  stratifiedBootstrapInterval,
} from './bootstrap.js';
import { type ClassificationInput, type ClassificationReport, evaluateClassification } from './classification.js';

/** One group's results. */
export interface GroupResult {
  readonly group: string;
  readonly n: number;
  readonly accuracy: number;
  readonly accuracyInterval: Interval;
  /** Mean F1 over `comparedLabels` only, so that a class which one group lacks does not pass for a gap. */
  readonly macroF1: number;
  /** Everything, over all labels. */
  readonly report: ClassificationReport;
}

/** Distance between the best and the worst group. */
export interface Gap {
  /** `best − worst`, 0 … 1. */
  readonly value: number;
  readonly best: string;
  readonly worst: string;
  /**
   * Of the distance between these two groups, each resampled by itself; of several groups the best and the worst were chosen because they are, so
   * that it lies a little high. Absent for a single group.
   */
  readonly interval?: Interval;
}

/** The same metrics for each group, and how far the groups lie apart; plain data. */
export interface GroupedReport {
  readonly groups: readonly GroupResult[];
  /** Labels that every group has in truth. */
  readonly comparedLabels: readonly string[];
  readonly gap: { readonly accuracy: Gap; readonly macroF1: Gap };
  /** Samples whose data set says nothing about this grouping; they are in no group. */
  readonly ungrouped: number;
}

export interface GroupedInput extends ClassificationInput, SampleUnits {
  /** The group of each sample, e.g. its gender or head angle; `undefined` where the data set does not say. */
  readonly groups: ArrayLike<string | undefined>;
  /** The order to list groups in; those not named follow, sorted by name. */
  readonly order?: readonly string[];
  readonly interval?: BootstrapOptions;
}

/**
 * Evaluates each group by itself (Buolamwini & Gebru 2018: figures by group, and the gap).
 * @returns `undefined` when no sample has a group.
 * @throws {InvalidDataError} when the lengths differ, or as `evaluateClassification`.
 */
export function evaluateByGroup(input: GroupedInput): GroupedReport | undefined {
  const { labels, truth, predicted, units, order = [] } = input;
  const lengths = [predicted, input.groups, ...(units ? [units] : [])].map(({ length }) => length);
  if (lengths.some((length) => length !== truth.length)) {
    throw new InvalidDataError({
      expected:
        'a true class, a predicted class, a group (or undefined) and, where there are any, a unit for each sample',
      found: `${truth.length} true, ${predicted.length} predicted, ${input.groups.length} groups${units ? `, ${units.length} units` : ''}`,
      fix: 'pass all for the same samples, in the same order',
    });
  }
  const members = new Map<string, GroupSamples>();
  for (let sample = 0; sample < truth.length; sample++) {
    const group = input.groups[sample];
    if (group === undefined) continue;
    const entry = members.get(group) ?? { truth: [], predicted: [], ...(units && { units: [] }) };
    entry.truth.push(truth[sample]);
    entry.predicted.push(predicted[sample]);
    entry.units?.push((units as ArrayLike<string>)[sample]);
    members.set(group, entry);
  }
  if (members.size === 0) return undefined;

  const rank = (group: string) => (order.includes(group) ? order.indexOf(group) : order.length);
  const names = [...members.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const evaluated = names.map((group) => {
    const samples = members.get(group)!;
    return { group, samples, report: evaluateClassification({ labels, ...samples }) };
  });
  const isCompared = labels.map((_, index) => evaluated.every(({ report }) => report.perClass[index].support > 0));
  const groups = evaluated.map(({ group, samples, report }) => ({
    group,
    n: report.n,
    accuracy: report.accuracy,
    accuracyInterval: accuracyInterval(samples, input.interval),
    macroF1: meanOrZero(report.perClass.filter((_, index) => isCompared[index]).map(({ f1 }) => f1)),
    report,
  }));
  return {
    groups,
    comparedLabels: labels.filter((_, index) => isCompared[index]),
    gap: {
      accuracy: gapOf(evaluated, groups, 'accuracy', accuracyOf, input.interval),
      macroF1: gapOf(evaluated, groups, 'macroF1', (own) => macroF1Of(own, isCompared), input.interval),
    },
    ungrouped: truth.length - groups.reduce((total, { n }) => total + n, 0),
  };
}

interface GroupSamples {
  readonly truth: number[];
  readonly predicted: number[];
  readonly units?: string[];
}

interface Evaluated {
  readonly group: string;
  readonly samples: GroupSamples;
}

type Drawn = (indices: Int32Array) => number;

function gapOf(
  evaluated: readonly Evaluated[],
  groups: readonly GroupResult[],
  figure: 'accuracy' | 'macroF1',
  prepare: (evaluated: Evaluated) => Drawn,
  options: BootstrapOptions | undefined,
): Gap {
  const best = groups.reduce((found, group) => (group[figure] > found[figure] ? group : found));
  const worst = groups.reduce((found, group) => (group[figure] < found[figure] ? group : found));
  const gap = { value: best[figure] - worst[figure], best: best.group, worst: worst.group };
  if (best === worst) return gap;
  const ends = [best, worst].map(({ group }) => evaluated.find((own) => own.group === group)!);
  const [ofBest, ofWorst] = ends.map(prepare);
  const populations = ends.map(({ samples: { units, truth } }) => (units ? groupIntoUnits(units) : truth.length));
  return { ...gap, interval: stratifiedBootstrapInterval(populations, ([a, b]) => ofBest(a) - ofWorst(b), options) };
}

function accuracyOf({ samples: { truth, predicted } }: Evaluated): Drawn {
  const right = Uint8Array.from(truth, (label, row) => (label === predicted[row] ? 1 : 0));
  return (indices) => {
    let count = 0;
    for (const index of indices) count += right[index];
    return count / indices.length;
  };
}

/** Mean F1 over the compared classes; one that a draw has neither in truth nor in predictions counts 0, as everywhere here. */
function macroF1Of({ samples: { truth, predicted } }: Evaluated, isCompared: readonly boolean[]): Drawn {
  const classes = isCompared.length;
  const right = new Float64Array(classes);
  const total = new Float64Array(classes);
  return (indices) => {
    right.fill(0);
    total.fill(0);
    for (const index of indices) {
      total[truth[index]] += 1;
      total[predicted[index]] += 1;
      if (truth[index] === predicted[index]) right[truth[index]] += 1;
    }
    return meanOrZero(
      isCompared.flatMap((compared, own) => (compared ? [total[own] === 0 ? 0 : (2 * right[own]) / total[own]] : [])),
    );
  };
}

function meanOrZero(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((total, value) => total + value, 0) / values.length;
}
