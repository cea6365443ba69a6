// The `preprocess` task of a data set that nobody can ship: without its data there is nothing to do, and that is no failure. A combined set names
// those that it is made of.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';

const name = basename(process.cwd());
const parts = process.argv.length > 2 ? process.argv.slice(2) : [name];
const missing = parts.filter((part) => !existsSync(`../${part}/source.lock.json`));
if (missing.length === 0) {
  const { status } = spawnSync('mien-train', ['preprocess', '.'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = status ?? 1;
} else {
  process.stdout.write(
    `${name}: the data of ${missing.join(', ')} was not added, so nothing to do. To add it: pnpm mien-train dataset add ${missing[0]} <path>\n`,
  );
}
