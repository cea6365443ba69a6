// `npm start`: from a fresh clone to a trained model and its report, with nothing but Node and npm there.
import './library/require-node.mjs';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { install } from './library/install.mjs';
import { root, runPnpm } from './library/pnpm.mjs';

/** Ends with the code of the first command that fails. */
async function main() {
  const installed = await install();
  if (installed !== 0) return installed;
  process.stdout.write('\nBuilding …\n');
  const built = await runTurbo('build', '--output-logs=errors-only');
  if (built !== 0) return built;
  process.stdout.write(
    '\nDrawing the sample faces, finding and cropping them, training a network on them: some minutes the first time …\n',
  );
  const trained = await runTurbo('train', '--output-logs=new-only', '--log-order=stream');
  if (trained !== 0) return trained;
  return printResult();
}

function runTurbo(task, ...options) {
  return runPnpm(['exec', 'turbo', 'run', task, ...options]);
}

/** The figures and the place of the newest run. */
function printResult() {
  const run = findNewestRun(join(root, 'apps/trainer/runs/sample'));
  if (!run) {
    process.stderr.write(
      'error: expected a run in apps/trainer/runs/sample; found none; delete .turbo and run this again\n',
    );
    return 1;
  }
  process.stdout.write('\nDone.\n');
  for (const { dataset, split, report } of JSON.parse(readFileSync(join(run, 'report/report.json'), 'utf8'))) {
    const accuracy = (100 * report.accuracy).toFixed(1);
    process.stdout.write(
      `  ${dataset}, ${split}: accuracy ${accuracy} % of ${report.n}, macro F1 ${report.macroF1.toFixed(3)}\n`,
    );
  }
  process.stdout.write(`  model:  ${join(run, 'model')}\n  report: ${join(run, 'report/index.html')}\n`);
  return 0;
}

/** Folders are named by their time, so the last that came to its report is the newest. */
function findNewestRun(directory) {
  if (!existsSync(directory)) return undefined;
  const runs = readdirSync(directory).sort().reverse();
  const name = runs.find((run) => existsSync(join(directory, run, 'report/report.json')));
  return name && join(directory, name);
}

process.exitCode = await main();
