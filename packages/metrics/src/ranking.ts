import { checkProbabilities, type ProbabilityInput } from './probabilities.js';

/** A point of a curve. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

/** How well a class's probability ranks its samples before all others. */
export interface ClassRanking {
  readonly label: string;
  /** Samples of the class. */
  readonly support: number;
  /** Area under the ROC curve: the chance that a sample of the class gets a higher probability than another; undefined without both kinds. */
  readonly rocAuc?: number;
  /** Average precision, Σ (recallᵢ − recallᵢ₋₁) · precisionᵢ; undefined without a sample of the class. */
  readonly averagePrecision?: number;
  /** False against true positive rate, from (0, 0) to (1, 1). */
  readonly roc: readonly CurvePoint[];
  /** Recall against precision, from low recall to 1. */
  readonly precisionRecall: readonly CurvePoint[];
}

/** One class against all others, for each class; plain data. */
export interface RankingReport {
  readonly perClass: readonly ClassRanking[];
  /** Means over the classes that have the figure. */
  readonly macroRocAuc?: number;
  readonly macroAveragePrecision?: number;
}

/**
 * ROC and precision–recall curves, one class against the rest, with the areas under them: equal to scikit-learn's `roc_curve`, `roc_auc_score`,
 * `precision_recall_curve` and `average_precision_score`.
 * @param maximumPoints curves are thinned to about so many points for drawing; the areas are of all points.
 * @throws {InvalidDataError} as `checkProbabilities`.
 */
export function evaluateRanking(input: ProbabilityInput, { maximumPoints = 200 } = {}): RankingReport {
  checkProbabilities(input);
  const perClass = input.labels.map((label, index) => rankClass(input, label, index, maximumPoints));
  return {
    perClass,
    macroRocAuc: meanOf(perClass.map(({ rocAuc }) => rocAuc)),
    macroAveragePrecision: meanOf(perClass.map(({ averagePrecision }) => averagePrecision)),
  };
}

function rankClass(input: ProbabilityInput, label: string, own: number, maximumPoints: number): ClassRanking {
  const { truth, probabilities, labels } = input;
  const score = (row: number) => probabilities[row * labels.length + own];
  const order = Array.from({ length: truth.length }, (_, row) => row).sort((a, b) => score(b) - score(a));
  // Hits and false alarms above each threshold; samples of one score stand or fall together.
  const steps: { hits: number; alarms: number }[] = [];
  let hits = 0;
  let alarms = 0;
  for (const [place, row] of order.entries()) {
    if (truth[row] === own) hits++;
    else alarms++;
    if (place + 1 === order.length || score(order[place + 1]) !== score(row)) steps.push({ hits, alarms });
  }
  const support = hits;
  const others = alarms;
  const roc = [{ x: 0, y: 0 }, ...steps.map((step) => ({ x: step.alarms / others, y: step.hits / support }))];
  const precisionRecall = steps.map((step) => ({ x: step.hits / support, y: step.hits / (step.hits + step.alarms) }));
  const hasBoth = support > 0 && others > 0;
  return {
    label,
    support,
    ...(hasBoth && { rocAuc: trapezoids(roc) }),
    ...(support > 0 && { averagePrecision: stepSum(precisionRecall) }),
    roc: hasBoth ? thin(roc, maximumPoints) : [],
    precisionRecall: support > 0 ? thin(precisionRecall, maximumPoints) : [],
  };
}

function trapezoids(points: readonly CurvePoint[]): number {
  let area = 0;
  for (let at = 1; at < points.length; at++) {
    area += ((points[at].x - points[at - 1].x) * (points[at].y + points[at - 1].y)) / 2;
  }
  return area;
}

function stepSum(points: readonly CurvePoint[]): number {
  return points.reduce((sum, { x, y }, at) => sum + (x - (at === 0 ? 0 : points[at - 1].x)) * y, 0);
}

/** Leaves out points that lie on the line between their neighbours, then, if there are still too many, all but each n-th. */
function thin(points: readonly CurvePoint[], maximum: number): CurvePoint[] {
  const corners = points.filter((point, at) => {
    const [before, after] = [points[at - 1], points[at + 1]];
    if (!before || !after) return true;
    return !(before.x === point.x && point.x === after.x) && !(before.y === point.y && point.y === after.y);
  });
  const every = Math.max(1, Math.ceil(corners.length / maximum));
  return corners.filter((_, at) => at % every === 0 || at === corners.length - 1);
}

function meanOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}
