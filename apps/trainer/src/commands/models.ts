import { startEngine } from '@mien/compute';
import { InvalidConfigurationError } from '@mien/core';
import {
  type Architecture,
  describeModel,
  getArchitecture,
  listArchitectures,
  listClassicalMethods,
  type ModelDescription,
} from '@mien/model-zoo';
import { Command } from 'commander';
import { toMarkdownTable } from '../markdown-table.js';

interface ModelsOptions {
  readonly classes?: string;
  readonly size?: string;
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** `mien-train models [id…]`. */
export function modelsCommand(): Command {
  return new Command('models')
    .description(
      'the networks that can be trained: input, classes, parameters and multiply-adds, as published or as asked for',
    )
    .argument('[id...]', 'some of them; default: all')
    .option('--classes <count>', 'for so many classes')
    .option('--size <pixels>', 'for grey pictures of so many pixels a side')
    .option('--markdown', 'print a table in Markdown')
    .option('--json', 'print JSON')
    .action(showModels);
}

async function showModels(ids: string[], options: ModelsOptions): Promise<void> {
  const classes = parseCount('--classes', options.classes);
  const size = parseCount('--size', options.size);
  const chosen = ids.length > 0 ? ids.map(getArchitecture) : listArchitectures();
  await startEngine();
  const input = size ? ({ height: size, width: size, channels: 1 } as const) : undefined;
  const models: { architecture: Architecture; description: ModelDescription }[] = [];
  for (const architecture of chosen) {
    const { id } = architecture;
    models.push({ architecture, description: describeModel({ id, classes, input }) });
  }
  if (options.json) {
    const facts = models.map(({ architecture: { source, tags, takes, range }, description }) => ({
      ...description,
      source,
      tags,
      takes,
      range,
    }));
    process.stdout.write(`${JSON.stringify(facts, null, 2)}\n`);
    return;
  }
  const rows = [
    ['id', 'input', 'classes', 'parameters', 'trained', 'multiply-adds', 'source'],
    ...models.map(({ architecture, description }) => describe(architecture, description)),
    ...(ids.length > 0
      ? []
      : listClassicalMethods().map((method) => [
          method.id,
          shape([method.defaultInput.height, method.defaultInput.width, method.defaultInput.channels]),
          '–',
          '–',
          '–',
          '–',
          method.source,
        ])),
  ];
  process.stdout.write(options.markdown ? toMarkdown(rows) : toColumns(rows));
}

function describe({ source }: Architecture, description: ModelDescription): string[] {
  const { id, inputs, classes, parameters, multiplyAdds } = description;
  return [
    id,
    inputs.map(shape).join(' + '),
    `${classes}`,
    parameters.total.toLocaleString('en'),
    parameters.trainable.toLocaleString('en'),
    `${(multiplyAdds / 1e6).toLocaleString('en', { maximumSignificantDigits: 4 })} M`,
    source,
  ];
}

function shape(sizes: readonly number[]): string {
  return sizes.join('×');
}

/** Columns 2 to 5 hold numbers. */
function isNumeric(column: number): boolean {
  return column >= 2 && column <= 5;
}

function toColumns(rows: readonly string[][]): string {
  const widths = measure(rows);
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (isNumeric(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function toMarkdown([head, ...rows]: readonly string[][]): string {
  return toMarkdownTable([head, ...rows.map(([id, ...rest]) => [`\`${id}\``, ...rest])]);
}

function measure(rows: readonly (readonly string[])[]): number[] {
  return rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
}

function parseCount(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidConfigurationError({
    expected: `${option} to be a whole number above 0`,
    found: `"${text}"`,
    fix: 'correct it',
  });
}
