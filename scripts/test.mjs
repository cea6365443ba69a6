// `npm test`: installs, builds and runs every test. The last line is the total.
import './library/require-node.mjs';
import { install } from './library/install.mjs';
import { root, runPnpm } from './library/pnpm.mjs';
import { collectResults, describeTotal, forgetResults } from './library/test-results.mjs';

forgetResults(root);
const installed = await install();
// One run: turbo starts a package's tests as soon as what they need is built, and a failure does not keep the others from running.
const code =
  installed || (await runPnpm(['exec', 'turbo', 'run', 'build', 'test', '--continue', '--output-logs=new-only']));

const results = collectResults(root);
process.stdout.write('\n');
for (const { directory, passed, failed, skipped, problem } of results) {
  const counts = `${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed ${String(skipped).padStart(3)} skipped`;
  process.stdout.write(`${counts}  ${directory}${problem ? `: ${problem}` : ''}\n`);
}
const failed = code !== 0 || results.some((result) => result.failed > 0);
if (failed && results.every((result) => result.failed === 0)) {
  // A package without tests that does not build, say; the total must not read as a success.
  results.push({ directory: '', passed: 0, failed: 1, skipped: 0 });
  process.stdout.write(`a command failed with exit code ${code}; see above\n`);
}
process.exitCode = failed ? 1 : 0;
process.stdout.write(`${describeTotal(results)}\n`);
