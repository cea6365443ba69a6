import { loadavg } from 'node:os';
import { Contestant, type ContestantDefinition, type Measurement } from './contestant.js';

export interface Standing {
  readonly name: string;
  readonly description: string;
  /** One figure a round: the work's units a second. */
  readonly perSecond: readonly number[];
  readonly median: number;
  /** The median over the rounds of this one's figure divided by the reference's in the same round. */
  readonly ratio: number;
  readonly peakMemoryMiB: number;
}

export interface Outcome {
  readonly standings: readonly Standing[];
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
  /** One-minute load of the machine before and after: above 0 before, others were using it. */
  readonly load: readonly [before: number, after: number];
}

/**
 * Lets contestants take turns, A B C A B C …, so that whatever else the machine does hits all alike.
 * @param reference the name that ratios are against.
 */
export async function interleave(
  definitions: readonly ContestantDefinition[],
  { rounds, reference }: { rounds: number; reference: string },
): Promise<Outcome> {
  const before = loadavg()[0];
  const contestants: Contestant[] = [];
  const absent: { name: string; reason: string }[] = [];
  try {
    for (const definition of definitions) {
      try {
        contestants.push(await Contestant.start(definition));
      } catch (error) {
        absent.push({ name: definition.name, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    const results = new Map<string, Measurement[]>(contestants.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const contestant of contestants) results.get(contestant.name)?.push(await contestant.measure());
    }
    const unitsOf = (name: string) => definitions.find((definition) => definition.name === name)?.units ?? 0;
    const speeds = (name: string) => results.get(name)?.map(({ seconds }) => unitsOf(name) / seconds) ?? [];
    const referenceSpeeds = speeds(reference);
    const standings = contestants.map(({ name, description }) => {
      const perSecond = speeds(name);
      return {
        name,
        description,
        perSecond,
        median: median(perSecond),
        ratio: median(perSecond.map((speed, round) => speed / referenceSpeeds[round])),
        peakMemoryMiB: Math.max(...(results.get(name) ?? []).map(({ peakMemoryMiB }) => peakMemoryMiB)),
      };
    });
    return { standings, absent, load: [before, loadavg()[0]] };
  } finally {
    for (const contestant of contestants) contestant.stop();
  }
}

/** The middle value; of an even count, the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The outcome as a table for a terminal. */
export function formatOutcome({ standings, absent, load }: Outcome, unit: string, reference: string): string {
  const rows = standings.map(({ name, description, perSecond, median: middle, ratio, peakMemoryMiB }) => [
    name,
    middle.toFixed(middle < 10 ? 1 : 0),
    `${Math.min(...perSecond).toFixed(0)}–${Math.max(...perSecond).toFixed(0)}`,
    Number.isFinite(ratio) ? ratio.toFixed(2) : '–',
    peakMemoryMiB.toFixed(0),
    description,
  ]);
  const table = [['', `${unit}, median`, 'range', `÷ ${reference}`, 'peak MiB', ''], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === 5 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
  const missing = absent.map(({ name, reason }) => `${name}: not here (${reason})`);
  return `${[...lines, ...missing, `load of the machine: ${load[0].toFixed(2)} before, ${load[1].toFixed(2)} after`].join('\n')}\n`;
}
