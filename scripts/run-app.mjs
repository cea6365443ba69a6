// `node scripts/run-app.mjs <app> <arguments>`: one of the apps from its sources' build, which is made first where it is missing.
import './library/require-node.mjs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runPnpm } from './library/pnpm.mjs';

const [app, ...rest] = process.argv.slice(2);
const program = join(root, 'apps', app, 'dist', 'cli.js');

/** What the app prints must be its own: the build speaks on stderr. */
async function buildApp() {
  process.stderr.write('Building, once …\n');
  const args = ['exec', 'turbo', 'run', 'build', `--filter=./apps/${app}`, '--output-logs=errors-only'];
  return runPnpm(args, { onOutput: (text) => process.stderr.write(text) });
}

const built = existsSync(program) ? 0 : await buildApp();
if (built === 0) {
  process.argv = [process.argv[0], program, ...rest];
  await import(pathToFileURL(program).href);
} else {
  process.exitCode = built;
}
