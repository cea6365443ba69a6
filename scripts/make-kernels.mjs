// `node scripts/make-kernels.mjs`: compiles the WebAssembly of packages/*/assembly (AssemblyScript) into modules that carry it, which are
// kept in git, so that sources run without a build; `--check` only says whether they are what would be written.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './library/pnpm.mjs';

const KERNELS = [
  { source: 'packages/faces/assembly/haar.ts', target: 'packages/faces/src/haar/haar-wasm.ts', name: 'HAAR_WASM' },
  {
    source: 'packages/preprocessing/assembly/steps.ts',
    target: 'packages/preprocessing/src/step-wasm.ts',
    name: 'STEP_WASM',
  },
];

const compiler = join(
  dirname(createRequire(join(root, 'package.json')).resolve('assemblyscript/package.json')),
  'bin/asc.js',
);

/** The module's text: base64 in lines, the way it was made in its head. */
function compile({ source, name }) {
  const folder = mkdtempSync(join(tmpdir(), 'mien-kernels-'));
  try {
    const file = join(folder, 'kernel.wasm');
    const options = ['--runtime', 'stub', '--enable', 'simd', '-O3', '--noAssert', '--outFile', file];
    execFileSync(process.execPath, [compiler, source, ...options], { cwd: root, stdio: 'inherit' });
    const lines = readFileSync(file)
      .toString('base64')
      .match(/.{1,110}/g);
    return [
      `// Written by \`node scripts/make-kernels.mjs\` from ${source}: do not edit.`,
      `export const ${name} =`,
      ...lines.map((line, at) => `  '${line}'${at === lines.length - 1 ? ';' : ' +'}`),
      '',
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const check = process.argv.includes('--check');
for (const kernel of KERNELS) {
  const text = compile(kernel);
  const target = join(root, kernel.target);
  if (!check) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) {
    process.stderr.write(
      `${kernel.target} is not what ${kernel.source} compiles to: run node scripts/make-kernels.mjs\n`,
    );
    process.exitCode = 1;
  }
}
