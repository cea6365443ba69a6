/**
 * TensorFlow.js's own tests on this backend, with its JavaScript backend as the reference.
 *
 *     node conformance/run.mjs              compares with known-failures.json; fails on any difference
 *     node conformance/run.mjs <text>       lists the failures of the tests whose name contains the text
 */
import { readFile } from 'node:fs/promises';
import { runSuite } from './run-suite.mjs';

const [, , nameFilter = ''] = process.argv;
const print = (line) => process.stdout.write(`${line}\n`);

const start = performance.now();
const reference = await runSuite('cpu', nameFilter);
const middle = performance.now();
const results = new Map((await runSuite('onnxruntime', nameFilter)).map(({ name, error }) => [name, { error }]));
const seconds = [(middle - start) / 1000, (performance.now() - middle) / 1000].map((time) => time.toFixed(0));

const expected = reference.filter(({ error }) => error === undefined).map(({ name }) => name);
const failures = expected
  .map((name) => ({ name, error: results.has(name) ? results.get(name).error : 'was not run' }))
  .filter(({ error }) => error !== undefined);
const passed = expected.length - failures.length;

print(`JavaScript backend: ${expected.length} of ${reference.length} tests pass (${seconds[0]} s).`);
const share = ((100 * passed) / expected.length).toFixed(2);
print(`onnxruntime backend: ${passed} of these pass, ${share} % (${seconds[1]} s).`);

if (nameFilter !== '') {
  for (const { name, error } of failures) print(`- ${name}\n  ${error}`);
} else {
  /** @type {{ reason: string, tests: string[] }[]} */
  const groups = JSON.parse(await readFile(new URL('known-failures.json', import.meta.url), 'utf8'));
  const known = new Set(groups.flatMap(({ tests }) => tests));
  const failing = new Set(failures.map(({ name }) => name));
  const unlisted = failures.filter(({ name }) => !known.has(name));
  const outdated = [...known].filter((name) => !failing.has(name));
  for (const { name, error } of unlisted) print(`Fails and is not in known-failures.json: ${name}\n  ${error}`);
  for (const name of outdated) print(`Is in known-failures.json and does not fail: ${name}`);
  if (unlisted.length + outdated.length > 0) process.exitCode = 1;
}
