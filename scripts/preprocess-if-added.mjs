// The `preprocess` task of a data set that nobody can ship: without its data there is nothing to do, and that is no failure.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';

const name = basename(process.cwd());
if (existsSync('source.lock.json')) {
  const { status } = spawnSync('mien-train', ['preprocess', '.'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = status ?? 1;
} else {
  process.stdout.write(
    `${name}: its data was not added, so nothing to do. To add it: pnpm mien-train dataset add ${name} <path>\n`,
  );
}
