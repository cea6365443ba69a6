import './environment.mjs';
import '@tensorflow/tfjs-core/dist/tests';
import { writeFileSync } from 'node:fs';
import { nameFilter, resultsPath } from './arguments.mjs';

/** @type {{ name: string, error?: string }[]} */
const results = [];
const occurrences = new Map();

/** Some tests of TensorFlow.js share a name: the second becomes `name #2`. */
function uniqueName(fullName) {
  const name = fullName.replace(' backend {}', '').trim();
  const count = (occurrences.get(name) ?? 0) + 1;
  occurrences.set(name, count);
  return count === 1 ? name : `${name} #${count}`;
}

const environment = globalThis.jasmine.getEnv();
environment.configure({ specFilter: (spec) => spec.getFullName().includes(nameFilter) });
environment.addReporter({
  specDone({ fullName, status, failedExpectations }) {
    const name = uniqueName(fullName);
    if (status === 'passed') results.push({ name });
    if (status === 'failed') {
      const messages = failedExpectations.map((expectation) => expectation.message);
      results.push({ name, error: (messages[0] ?? 'failed').split('\n', 2).join(' ') });
    }
  },
  jasmineDone() {
    writeFileSync(resultsPath, JSON.stringify(results));
    process.exit(0);
  },
});
environment.execute();
