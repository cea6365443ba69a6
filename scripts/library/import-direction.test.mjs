import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findWrongImports } from './import-direction.mjs';

let root;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mien-imports-'));
});

afterEach(() => rmSync(root, { recursive: true }));

/** A repository of these files; each package's manifest is made unless it is given. */
function write(files) {
  for (const path of Object.keys(files)) {
    const [parent, name] = path.split('/');
    const manifest = `${parent}/${name}/package.json`;
    files[manifest] ??= JSON.stringify({ name: `@mien/${name}` });
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

describe('findWrongImports', () => {
  test('is content with imports from the left, of other people and of own files', () => {
    write({
      'packages/core/src/index.ts': "export * from './emotion.js';",
      'packages/datasets/src/deep/a.ts': "import { x } from '@mien/core';\nimport '../b.js';\nimport 'sharp';",
      'apps/trainer/src/cli.ts': "import '@mien/training';\nimport '@mien/core/node';",
    });
    expect(findWrongImports(root)).toEqual([]);
  });

  test.each([
    ['a statement', "import { a } from '@mien/training';"],
    ['types', "import type { A } from '@mien/training';"],
    ['an export', "export * from '@mien/training';"],
    ['a call', "const a = await import('@mien/training');"],
    ['a subpath', "import '@mien/training/x';"],
  ])('names file and line of an import from the right by %s', (_, statement) => {
    write({ 'packages/metrics/src/a.test.ts': `// first line\n\n${statement}\n` });
    const [problem, ...others] = findWrongImports(root);
    expect(problem).toMatch(/^packages\/metrics\/src\/a\.test\.ts:3: imports @mien\/training.*only @mien\/core/);
    expect(others).toEqual([]);
  });

  test('takes no text for an import', () => {
    write({ 'packages/core/src/a.ts': "// import '@mien/training'\nconst s = `import '@mien/training'`;" });
    expect(findWrongImports(root)).toEqual([]);
  });

  test('lets no app use another, no package use an app, and nothing leave its folder', () => {
    write({
      'apps/inference/src/a.ts': "import '@mien/trainer';",
      'packages/training/src/a.ts': "import '@mien/trainer';",
      'packages/faces/src/a.ts': "import '../../core/src/index.js';",
      'packages/core/src/a.ts': "import '@mien/core';",
    });
    expect(findWrongImports(root).map((problem) => problem.split(';')[0])).toEqual([
      'packages/core/src/a.ts:1: imports @mien/core',
      'packages/faces/src/a.ts:1: imports ../../core/src/index.js',
      'packages/training/src/a.ts:1: imports @mien/trainer',
      'apps/inference/src/a.ts:1: imports @mien/trainer',
    ]);
  });

  test('names file and line of a dependency from the right', () => {
    const manifest = { name: '@mien/faces', devDependencies: { vitest: '1', '@mien/training': 'workspace:^' } };
    write({ 'packages/faces/package.json': JSON.stringify(manifest, null, 2) });
    expect(findWrongImports(root)).toEqual([
      expect.stringMatching(/^packages\/faces\/package\.json:5: devDependencies name @mien\/training/),
    ]);
  });

  test('lets a data set need the trainer for development only', () => {
    const trainer = { '@mien/trainer': 'workspace:*' };
    write({
      'datasets/a/package.json': JSON.stringify({ name: '@mien-data/a', devDependencies: trainer }),
      'datasets/b/package.json': JSON.stringify({ name: '@mien-data/b', dependencies: trainer }),
    });
    expect(findWrongImports(root)).toEqual([expect.stringContaining('datasets/b/package.json')]);
  });

  test('refuses a package that the table does not know', () => {
    write({ 'packages/novel/src/a.ts': '' });
    expect(findWrongImports(root)).toEqual([expect.stringContaining('add "novel" to LEFT_OF')]);
  });
});
