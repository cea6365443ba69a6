import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from './list-files.mjs';
import { listPackages } from './workspace.mjs';

/**
 * @typedef {object} PackageResult
 * @property {string} directory
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string} [problem] why the counts are not the whole truth
 */

const resultsPath = (root, directory) => join(root, directory, '.vitest', 'results.json');

/** Removes the results of earlier runs, so that a package that never got to its tests is not counted by old ones. */
export function forgetResults(root) {
  for (const { directory } of listPackages(root)) rmSync(resultsPath(root, directory), { force: true });
}

/**
 * What the tests of every package came to.
 * @param {string} root
 * @returns {PackageResult[]}
 */
export function collectResults(root) {
  return listPackages(root)
    .map(({ directory }) => directory)
    .filter((directory) => listFiles(join(root, directory), /\.test\.(ts|mjs)$/).length > 0)
    .map((directory) => readResult(root, directory));
}

function readResult(root, directory) {
  const path = resultsPath(root, directory);
  const nothing = { directory, passed: 0, failed: 1, skipped: 0 };
  if (!existsSync(path)) return { ...nothing, problem: 'has tests but no result: they did not run' };
  const results = JSON.parse(readFileSync(path, 'utf8'));
  const counts = {
    directory,
    passed: results.numPassedTests,
    failed: results.numFailedTests,
    skipped: results.numPendingTests + results.numTodoTests,
  };
  if (results.success || counts.failed > 0) return counts;
  // A file that cannot be loaded, or an error outside a test, fails the run without failing a test.
  return { ...counts, failed: 1, problem: 'failed outside a test' };
}

/** `N passed, N failed`, and `, N skipped` where there are some. */
export function describeTotal(results) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
