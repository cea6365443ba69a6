import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelCard } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import type { ReportEvaluation } from '@mien/metrics';
import type { Views } from '@mien/training';
import { checkConfiguration, readYamlFile } from '../configuration/yaml-file.js';
import { describeViews } from '../run/describe-protocol.js';
import type { Environment } from '../run/environment.js';
import { figuresOf, type MeasuredResult, machineOf, measuredResultSchema } from './measured-result.js';

/** Where `evaluate --report` leaves its figures. */
const FILE = 'result.json';

/** What `evaluate --report` measured, and on what machine. */
export interface EvaluationRecord {
  readonly card: ModelCard;
  readonly evaluation: ReportEvaluation;
  readonly views: Views;
  readonly cropShare?: number;
  readonly environment: Environment;
  readonly command: string;
}

/** Writes what is worth keeping of a bundle's evaluation beside its report, as `<bundle>-on-<data set>`. */
export async function writeEvaluationResult(folder: string, record: EvaluationRecord): Promise<void> {
  const { card, evaluation, views, cropShare, environment, command } = record;
  const result: MeasuredResult = {
    name: `${card.name}-on-${evaluation.dataset}`,
    network: card.architecture.id,
    ...figuresOf(evaluation),
    protocol: [`trained on ${card.training.datasets.join(', ')}`, ...describeViews(views, cropShare)].join(', '),
    seeds: [card.training.seed],
    seconds: 0,
    startedAt: new Date().toISOString(),
    ...machineOf(environment),
    command,
  };
  await writeFileAtomically(join(folder, FILE), `${JSON.stringify(result, null, 2)}\n`);
}

/** What stands there, or nothing: then it is a run's folder. */
export async function readEvaluationResult(folder: string): Promise<MeasuredResult | undefined> {
  const file = join(folder, FILE);
  return existsSync(file) ? checkConfiguration(measuredResultSchema, await readYamlFile(file), file) : undefined;
}
