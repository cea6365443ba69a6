import { auditDataset, type DatasetAudit, type EqualPictures, type NearPictures } from '@mien/datasets';
import { Command } from 'commander';
import { findDatasetFolder } from '../configuration/dataset-definition.js';
import { openData } from '../data.js';
import { Progress } from '../progress.js';

interface AuditOptions {
  readonly data?: string;
  readonly json?: boolean;
  readonly strict?: boolean;
}

/** How many of a kind are printed; `--json` has all. */
const SHOWN = 5;

/** `mien-train dataset audit <name>`. */
export function auditCommand(): Command {
  return new Command('audit')
    .description(
      'look at every picture for equal and near ones, contradicting labels, blanks, damage, and people in several splits',
    )
    .argument('<name>', 'a folder below datasets/')
    .option('--data <path>', 'the data, instead of the place that "dataset add" was told')
    .option('--json', 'print JSON, with every id')
    .option('--strict', 'end with exit code 1 when anything is found that would make figures wrong')
    .action(audit);
}

async function audit(name: string, { data, json, strict }: AuditOptions): Promise<void> {
  const folder = await findDatasetFolder(name);
  const dataset = await openData(folder, data);
  let total = 0;
  for await (const _ of dataset.samples()) total++;
  const progress = new Progress(`auditing ${dataset.name}`);
  let result: DatasetAudit;
  try {
    result = await auditDataset(dataset, { onProgress: (done) => progress.update(done, total) });
  } finally {
    progress.end();
  }
  if (strict && hasFindings(result)) process.exitCode = 1;
  if (json) {
    process.stdout.write(`${JSON.stringify({ name: dataset.name, ...result, issues: dataset.issues }, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${describeAudit(dataset.name, result, dataset.issues.length).join('\n')}\n`);
}

/** Whether anything is there that a reader of figures on this set should know; near duplicates count across splits only. */
function hasFindings(result: DatasetAudit): boolean {
  const { contradictions, acrossSplits, nearAcrossSplits, sharedSubjects, blank, damaged } = result;
  return [contradictions, acrossSplits, nearAcrossSplits, sharedSubjects, blank, damaged].some(
    ({ length }) => length > 0,
  );
}

function describeAudit(name: string, result: DatasetAudit, issues: number): string[] {
  const { pictures, duplicates, contradictions, acrossSplits, sharedSubjects, blank, damaged } = result;
  const { nearDuplicates, nearDuplicatesOfOneSubject, nearContradictions, nearAcrossSplits } = result;
  const inGroups = duplicates.reduce((sum, { ids }) => sum + ids.length, 0);
  return [
    `${name}: ${format(pictures)} pictures`,
    `equal pictures: ${format(inGroups)} in ${format(duplicates.length)} groups`,
    ...acrossSplits.map(
      (shared) => `across splits: ${format(shared.pictures)} of ${shared.split} also stand in ${shared.alsoIn}`,
    ),
    `contradicting labels: ${format(contradictions.length)} groups of equal pictures`,
    ...some(contradictions.map(describeGroup)),
    `near duplicates: ${format(nearDuplicates.length)} pairs${
      nearDuplicatesOfOneSubject > 0
        ? `, and ${format(nearDuplicatesOfOneSubject)} of one person or film, which are to be expected`
        : ''
    }`,
    ...some(nearDuplicates.map(describeGroup)),
    ...nearAcrossSplits.map(
      (shared) => `across splits: ${format(shared.pictures)} of ${shared.split} look like some of ${shared.alsoIn}`,
    ),
    `contradicting labels: ${format(nearContradictions.length)} pairs of near duplicates`,
    `blank: ${format(blank.length)}`,
    ...some(blank),
    `damaged: ${format(damaged.length)}`,
    ...some(damaged.map(({ id, reason }) => `${id}: ${reason}`)),
    `people or films in several splits: ${format(sharedSubjects.length)}`,
    ...some(sharedSubjects.map(({ subject, splits }) => `${subject}: ${splits.join(', ')}`)),
    ...(issues > 0 ? [`left out before this: ${format(issues)} issue(s); "dataset info" names them`] : []),
  ];
}

function describeGroup({ ids, emotions, splits }: EqualPictures | NearPictures): string {
  return ids.map((id, at) => `${id} ${emotions[at]}${splits[at] ? ` (${splits[at]})` : ''}`).join(' = ');
}

function some(lines: readonly string[]): string[] {
  const shown = lines.slice(0, SHOWN).map((line) => `  ${line}`);
  return lines.length > SHOWN ? [...shown, `  and ${format(lines.length - SHOWN)} more (--json has all)`] : shown;
}

const format = (value: number): string => value.toLocaleString('en');
