import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { collectResults, describeTotal, forgetResults } from './test-results.mjs';

let root;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mien-results-'));
});

afterEach(() => rmSync(root, { recursive: true }));

/** A package with a test file and, unless left out, what vitest would write. */
function write(name, results) {
  const directory = join(root, 'packages', name);
  mkdirSync(join(directory, 'src'), { recursive: true });
  mkdirSync(join(directory, '.vitest'));
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name }));
  writeFileSync(join(directory, 'src', 'a.test.ts'), '');
  const whole = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, success: true };
  if (results) writeFileSync(join(directory, '.vitest/results.json'), JSON.stringify({ ...whole, ...results }));
}

test('adds up the packages', () => {
  write('a', { numPassedTests: 3, numPendingTests: 1 });
  write('b', { numPassedTests: 4, numFailedTests: 2, success: false });
  expect(describeTotal(collectResults(root))).toBe('7 passed, 2 failed, 1 skipped');
});

test('says nothing of skipped tests where there are none', () => {
  write('a', { numPassedTests: 3 });
  expect(describeTotal(collectResults(root))).toBe('3 passed, 0 failed');
});

test('counts tests that never ran, and a file that did not load, as a failure', () => {
  write('a');
  write('b', { numPassedTests: 5, success: false });
  expect(collectResults(root)).toEqual([
    expect.objectContaining({ directory: 'packages/a', failed: 1, problem: expect.stringContaining('did not run') }),
    expect.objectContaining({ directory: 'packages/b', failed: 1, problem: 'failed outside a test' }),
  ]);
});

test('forgets the results of an earlier run', () => {
  write('a', { numPassedTests: 3 });
  forgetResults(root);
  expect(existsSync(join(root, 'packages/a/.vitest/results.json'))).toBe(false);
});
