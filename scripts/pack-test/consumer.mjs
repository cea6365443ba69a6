import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parse, stringify } from 'yaml';
import { runPnpm } from '../library/pnpm.mjs';
import { readReadme } from './readme.mjs';

/**
 * @typedef {import('../library/workspace.mjs').WorkspacePackage} WorkspacePackage
 * @typedef {object} Consumer A project outside the repository that has installed one package as its README says.
 * @property {string} directory
 * @property {string[]} snippets names of its files, without extension
 */

/**
 * Packs packages as they would be published.
 * @param {string} repository
 * @param {WorkspacePackage[]} packages
 * @param {string} destination an empty folder
 * @returns {Promise<Record<string, string>>} tarball by package name
 */
export async function packAll(repository, packages, destination) {
  const tarballs = {};
  for (const { directory, manifest } of packages) {
    await pnpm(['pack', '--pack-destination', destination], join(repository, directory));
    tarballs[manifest.name] = join(
      destination,
      `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`,
    );
  }
  return tarballs;
}

/**
 * Makes a project for each package, with what its README's install line names and nothing more, and installs them together.
 * @param {string} root an empty folder outside the repository
 * @param {string} repository
 * @param {WorkspacePackage[]} packages
 * @param {Record<string, string>} tarballs by package name
 * @returns {Promise<Record<string, Consumer>>} by package name
 */
export async function installConsumers(root, repository, packages, tarballs) {
  const { catalog } = parse(readFileSync(join(repository, 'pnpm-workspace.yaml'), 'utf8'));
  const overrides = Object.fromEntries(Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]));
  // No install script runs: nothing that is published may need one.
  const settings = { packages: ['*'], catalog, overrides, onlyBuiltDependencies: [] };
  writeFileSync(join(root, 'pnpm-workspace.yaml'), stringify(settings));
  writeJson(join(root, 'package.json'), { private: true, devDependencies: { '@types/node': '^20.19.0' } });
  const consumers = {};
  for (const { directory, manifest } of packages) {
    const readme = join(repository, directory, 'README.md');
    const { installs, snippets } = readReadme(existsSync(readme) ? readFileSync(readme, 'utf8') : '');
    const folder = join(root, manifest.name.split('/')[1]);
    mkdirSync(folder);
    // The package itself even where its README forgets it: that README fails its own test.
    const names = new Set([manifest.name, ...installs]);
    const range = (name) => overrides[name] ?? manifest.peerDependencies?.[name] ?? '*';
    const dependencies = Object.fromEntries([...names].map((name) => [name, range(name)]));
    writeJson(join(folder, 'package.json'), { private: true, type: 'module', dependencies });
    const subpaths = Object.keys(manifest.exports).filter((path) => path !== './package.json');
    const lines = subpaths.map((path, index) => `export * as part${index} from '${manifest.name}${path.slice(1)}';\n`);
    writeFileSync(join(folder, 'everything.ts'), lines.join(''));
    snippets.forEach((snippet, index) => {
      writeFileSync(join(folder, `snippet-${index}.ts`), snippet);
    });
    consumers[manifest.name] = { directory: folder, snippets: snippets.map((_, index) => `snippet-${index}`) };
  }
  await pnpm(['install', '--prefer-offline', '--no-frozen-lockfile', '--reporter=append-only'], root);
  return consumers;
}

/**
 * Compiles what the projects hold, strictly, as a reader of the README would, to JavaScript beside it.
 * @param {string} root
 * @param {Record<string, Consumer>} consumers
 * @returns {Record<string, string[]>} complaints by package name, about the project's own files and the types we publish
 */
export function compileConsumers(root, consumers) {
  const entries = Object.entries(consumers);
  const program = ts.createProgram({
    rootNames: entries.flatMap(([, { directory, snippets }]) =>
      ['everything', ...snippets].map((name) => join(directory, `${name}.ts`)),
    ),
    options: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      strict: true,
      skipLibCheck: false,
      typeRoots: [join(root, 'node_modules/@types')],
      types: ['node'],
    },
  });
  const diagnostics = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics].map((diagnostic) => ({
    path: diagnostic.file?.fileName ?? '',
    text: ts.formatDiagnostic(diagnostic, {
      getCurrentDirectory: () => root,
      getCanonicalFileName: (name) => name,
      getNewLine: () => '\n',
    }),
  }));
  // Other people's declarations are not ours to judge.
  const about = (name, { directory }) =>
    diagnostics.filter(
      ({ path }) => path.includes(`/node_modules/${name}/`) || path.startsWith(directory.replaceAll('\\', '/')),
    );
  return Object.fromEntries(entries.map(([name, consumer]) => [name, about(name, consumer).map(({ text }) => text)]));
}

/** Runs the pinned pnpm; its output is the message of the error where it fails. */
async function pnpm(args, cwd) {
  let log = '';
  const onOutput = (text) => {
    log += text;
  };
  const code = await runPnpm(args, { cwd, onOutput });
  if (code !== 0) throw new Error(`expected "pnpm ${args[0]}" in ${cwd} to work; found exit code ${code}:\n${log}`);
}

function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
