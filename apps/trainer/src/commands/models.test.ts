import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** The built program, as people run it: `turbo run test` builds first. */
const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

function run(...argv: string[]): Promise<{ code: number; output: string; errors: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, 'models', ...argv], (error, output, errors) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output, errors }),
    );
  });
}

/** A table's rows without the padding of its cells. */
const cells = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

test('the table in the README of the model zoo is what the command prints', async () => {
  const { output } = await run('--markdown');
  const readme = await readFile(new URL('../../../../packages/model-zoo/README.md', import.meta.url), 'utf8');
  expect(cells(output).length).toBeGreaterThan(20);
  expect(cells(readme)).toEqual(cells(output));
});

test('one network for other pictures and classes, as JSON', async () => {
  const { output } = await run('mini-xception', '--classes', '8', '--size', '48', '--json');
  expect(JSON.parse(output)).toMatchObject([
    { id: 'mini-xception', inputs: [[48, 48, 1]], classes: 8, takes: 'picture', parameters: { total: 59_576 } },
  ]);
});

test('mistakes end with 2 and a sentence', async () => {
  expect(await run('resnet51')).toMatchObject({ code: 2, errors: expect.stringMatching(/resnet50.*"resnet51"/) });
  expect(await run('lopes', '--size', '8')).toMatchObject({ code: 2, errors: expect.stringMatching(/conv2/) });
  expect(await run('--classes', 'many')).toMatchObject({ code: 2, errors: expect.stringMatching(/"many"/) });
});
