// `npm run test:real -- <folder>`: the tests that need data which is not in the repository (`*.real.test.ts`).
import './library/require-node.mjs';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { listFiles } from './library/list-files.mjs';
import { root, runPnpm } from './library/pnpm.mjs';
import { listPackages } from './library/workspace.mjs';

const folder = process.argv[2] ?? process.env.MIEN_REAL_DATA;
if (!folder || !existsSync(folder)) {
  process.stderr.write(
    `error: expected the folder that holds the data; found ${folder ? `no ${folder}` : 'none named'}; ` +
      'run: npm run test:real -- <folder>, or set MIEN_REAL_DATA\n',
  );
  process.exit(2);
}

const env = { MIEN_REAL_DATA: resolve(folder) };
let failures = 0;
for (const { directory } of listPackages(root)) {
  if (listFiles(join(root, directory), /\.real\.test\.ts$/).length === 0) continue;
  const vitest = ['vitest', 'run', '--config', '../../vitest.config.ts', '--reporter=default', '.real.test.ts'];
  if ((await runPnpm(['exec', ...vitest], { cwd: join(root, directory), env })) !== 0) failures += 1;
}
process.exitCode = failures > 0 ? 1 : 0;
