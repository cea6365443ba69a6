import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../library/pnpm.mjs';
import { listPublicPackages } from '../library/workspace.mjs';
import { compileConsumers, installConsumers, packAll } from './consumer.mjs';
import { readReadme } from './readme.mjs';

const run = promisify(execFile);
const packages = listPublicPackages(root);

let folder;
let consumers;
let complaints;

// Every package packed, and installed from its tarball into a project of its own that lies outside the repository.
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mien-pack-')));
  const [tarballFolder, project] = [join(folder, 'tarballs'), join(folder, 'projects')];
  mkdirSync(tarballFolder);
  mkdirSync(project);
  const tarballs = await packAll(root, packages, tarballFolder);
  consumers = await installConsumers(project, root, packages, tarballs);
  complaints = compileConsumers(project, consumers);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(packages.map((one) => [one.manifest.name, one]))('%s, packed', (name, { directory, manifest }) => {
  test('has a README with an install line and one snippet', () => {
    const path = join(root, directory, 'README.md');
    expect(existsSync(path), `${directory}/README.md is missing`).toBe(true);
    const { installs, snippets } = readReadme(readFileSync(path, 'utf8'));
    expect(installs, 'a ```sh fence with a line "npm install …"').toContain(name);
    expect(snippets, 'one ```ts fence that runs').toHaveLength(1);
  });

  test('type-checks where it is installed', () => {
    expect(complaints[name]).toEqual([]);
  });

  test('runs the snippet of its README, which prints something', async () => {
    const { directory: cwd, snippets } = consumers[name];
    for (const snippet of snippets) {
      const { stdout } = await run(process.execPath, [`${snippet}.js`], { cwd, timeout: 120_000 });
      expect(stdout.trim()).not.toBe('');
    }
  });

  test('carries its licence, its README and its programs', async () => {
    const { directory: cwd } = consumers[name];
    const installed = join(cwd, 'node_modules', name);
    for (const file of ['LICENSE', 'README.md']) expect(existsSync(join(installed, file)), file).toBe(true);
    for (const path of Object.values(manifest.bin ?? {})) {
      const { stdout } = await run(process.execPath, [join(installed, path), '--version'], { cwd });
      expect(stdout.trim()).toBe(manifest.version);
    }
  });
});
