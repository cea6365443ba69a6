// Imported first by the commands, so that an old Node gets a sentence and not a stack. Written so that an old Node can read it.
import { readFileSync } from 'node:fs';

const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const wanted = engines.node.replace('>=', '').split('.').map(Number);
const found = process.versions.node.split('.').map(Number);
const difference = wanted.map((part, index) => found[index] - part).find((part) => part !== 0);

if (difference < 0) {
  process.stderr.write(
    `error: expected Node ${wanted.join('.')} or newer; found ${process.versions.node}; install a current one (https://nodejs.org)\n`,
  );
  process.exit(2);
}
