// A package imports only from its left. Says file and line of every import and dependency that does not.
import { findWrongImports } from './library/import-direction.mjs';
import { root } from './library/pnpm.mjs';
import { listPackages } from './library/workspace.mjs';

const problems = findWrongImports(root);
process.stdout.write(problems.map((problem) => `${problem}\n`).join(''));
if (problems.length > 0) process.stdout.write(`${problems.length} wrong\n`);
else process.stdout.write(`imports of ${listPackages(root).length} packages point to the left\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
