import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';
import { listFiles } from './list-files.mjs';
import { listPackages } from './workspace.mjs';

/** What each package may import: what stands to its left in the data's way through the repository. */
const LEFT_OF = {
  core: [],
  'tfjs-onnxruntime': [],
  datasets: ['core'],
  faces: ['core'],
  metrics: ['core'],
  preprocessing: ['core', 'datasets', 'faces'],
  compute: ['core', 'tfjs-onnxruntime'],
  'model-zoo': ['core', 'compute', 'preprocessing', 'tfjs-onnxruntime'],
  training: ['core', 'datasets', 'faces', 'metrics', 'preprocessing', 'tfjs-onnxruntime', 'compute', 'model-zoo'],
};

const DEPENDENCY_KINDS = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

/**
 * Every import and every dependency of the repository that points the wrong way.
 * @param {string} root
 * @returns {string[]} lines `file:line: what is wrong; what to do`
 */
export function findWrongImports(root) {
  return listPackages(root)
    .filter(({ directory }) => directory !== 'scripts')
    .flatMap((one) => [...checkManifest(root, one), ...checkSources(root, one)]);
}

/** The names of ours that a package may use, or a sentence that says why there are none. */
function allowedNames({ directory }) {
  const [parent, name] = directory.split('/');
  if (parent === 'datasets') return ['@mien/trainer'];
  // The page is the browser half of the program that serves it.
  const halves = directory === 'apps/web' ? ['@mien/inference'] : [];
  if (parent === 'apps') return [...Object.keys(LEFT_OF).map((left) => `@mien/${left}`), ...halves];
  return LEFT_OF[name]?.map((left) => `@mien/${left}`);
}

function checkManifest(root, { directory, manifest }) {
  const path = `${directory}/package.json`;
  const allowed = allowedNames({ directory });
  if (!allowed)
    return [
      `${path}:1: a package that is not in the table; add "${directory.split('/')[1]}" to LEFT_OF in scripts/library/import-direction.mjs`,
    ];
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  const problems = [];
  for (const kind of DEPENDENCY_KINDS) {
    for (const name of Object.keys(manifest[kind] ?? {}).filter(isOurs)) {
      const start = lines.findIndex((line) => line.includes(`"${kind}"`));
      const line = lines.findIndex((text, index) => index > start && text.includes(`"${name}"`)) + 1;
      if (!allowed.includes(name)) problems.push(`${path}:${line}: ${kind} name ${name}; ${advice(allowed)}`);
      else if (directory.startsWith('datasets/') && kind !== 'devDependencies') {
        problems.push(`${path}:${line}: ${kind} name ${name}; a data set needs it only as a devDependency`);
      }
    }
  }
  return problems;
}

function checkSources(root, { directory, manifest }) {
  const allowed = allowedNames({ directory });
  if (!allowed) return [];
  const folder = resolve(root, directory);
  return listFiles(folder, /\.(ts|mts|js|mjs)$/).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const lineStarts = ts.computeLineStarts(text);
    return ts.preProcessFile(text, true, true).importedFiles.flatMap(({ fileName: specifier, pos }) => {
      const problem = judge(specifier, { file, folder, own: manifest.name, allowed });
      if (!problem) return [];
      const { line } = ts.computeLineAndCharacterOfPosition(lineStarts, pos);
      return [`${relative(root, file).split(sep).join('/')}:${line + 1}: imports ${specifier}; ${problem}`];
    });
  });
}

function judge(specifier, { file, folder, own, allowed }) {
  if (specifier.startsWith('.')) {
    const target = resolve(dirname(file), specifier);
    return target.startsWith(folder + sep)
      ? undefined
      : 'that is outside the package: import the other package by its name';
  }
  const name = specifier.split('/').slice(0, 2).join('/');
  if (!isOurs(name)) return undefined;
  if (name === own) return 'a package imports its own files by their relative path';
  return allowed.includes(name) ? undefined : advice(allowed);
}

function isOurs(name) {
  return name.startsWith('@mien/') || name.startsWith('@mien-data/');
}

function advice(allowed) {
  const names = allowed.length > 0 ? `only ${allowed.join(', ')}` : 'no package of ours';
  return `it may use ${names}: move the code to the left, or pass it in`;
}
