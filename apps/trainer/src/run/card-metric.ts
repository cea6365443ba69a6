import type { ModelCard } from '@mien/core';
import type { GroupedReport, ReportEvaluation } from '@mien/metrics';

type CardMetric = ModelCard['metrics'][number];

/** The figures that a model card carries of an evaluation: with intervals, the bias table and the calibration. Its numbers are of samples. */
export function toCardMetric(evaluation: ReportEvaluation): CardMetric {
  const { dataset, split, obtained, seeds = 1, report, accuracyInterval: interval, groups = {} } = evaluation;
  const bias = Object.entries(groups).flatMap(([name, own]) => (own ? [[name, toGrouping(own, seeds)] as const] : []));
  const { n, accuracy, macroF1 } = report;
  return {
    dataset,
    split,
    obtained,
    n: n / seeds,
    ...(seeds > 1 && { seeds }),
    accuracy,
    macroF1,
    ...(interval && { interval: { low: interval.low, high: interval.high } }),
    ...(bias.length > 0 && { bias: Object.fromEntries(bias) }),
    ...(evaluation.calibration && { calibration: toCalibration(evaluation) }),
  };
}

function toGrouping(
  { groups, comparedLabels, gap: { accuracy: gap } }: GroupedReport,
  seeds: number,
): NonNullable<CardMetric['bias']>[string] {
  const { value, best, worst, interval } = gap;
  return {
    groups: groups.map(({ group, n, accuracy, macroF1 }) => ({
      group,
      n: n / seeds,
      accuracy,
      // Without a class in common there is none, and not 0.
      ...(comparedLabels.length > 0 && { macroF1 }),
    })),
    ...(interval && { gap: { value, low: interval.low, high: interval.high, best, worst } }),
  };
}

function toCalibration({ calibration, temperature }: ReportEvaluation): CardMetric['calibration'] {
  return (
    calibration && {
      expectedError: calibration.expectedError,
      ...(temperature && { temperature: temperature.value, expectedErrorAtTemperature: temperature.expectedError }),
    }
  );
}
