import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const entry = fileURLToPath(new URL('./suite/main.mjs', import.meta.url));
const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

/** The tests import single files of tfjs-core: everything else must use the same files, or there are two engines. */
const oneTensorFlow = {
  name: 'one-tensorflow',
  setup(plugins) {
    plugins.onResolve({ filter: /^@tensorflow\/tfjs-(core|backend-cpu)$/ }, ({ path }) => ({
      path: join(dirname(require.resolve(`${path}/package.json`)), 'dist/index.js'),
      sideEffects: true,
    }));
  },
};

async function bundleSuite(folder) {
  const outfile = join(folder, 'suite.cjs');
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    conditions: ['@mien/source'],
    define: { 'import.meta.url': '__filename_url' },
    banner: { js: 'const __filename_url = require("node:url").pathToFileURL(__filename).href;' },
    // tfjs-core says that its tests have no side effects, and would be left without any
    ignoreAnnotations: true,
    external: ['onnxruntime-node', 'onnxruntime-node/*'],
    plugins: [oneTensorFlow],
    logLevel: 'error',
  });
  return outfile;
}

/**
 * Runs TensorFlow.js's own tests on a backend in a process of its own.
 *
 * @param {'cpu' | 'onnxruntime'} backendName
 * @param {string} [nameFilter] only tests whose name contains this
 * @returns {Promise<{ name: string, error?: string }[]>} every test that was run; `error` is set for those that failed
 */
export async function runSuite(backendName, nameFilter = '') {
  // inside the package, so that the bundle finds onnxruntime-node
  const folder = await mkdtemp(join(packageFolder, 'node_modules/.conformance-'));
  try {
    const resultsPath = join(folder, 'results.json');
    const script = await bundleSuite(folder);
    const log = [];
    const code = await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [script, backendName, resultsPath, nameFilter]);
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => log.push(chunk));
      child.once('error', reject);
      child.once('exit', resolve);
    });
    if (code !== 0)
      throw new Error(`Expected the tests to end with 0; found ${code}.\n${Buffer.concat(log).toString()}`);
    return JSON.parse(await readFile(resultsPath, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
