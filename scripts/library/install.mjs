import { pinnedPnpm, runPnpm } from './pnpm.mjs';

/**
 * Installs what the lock file says. The log of pnpm is kept for a failure; on a terminal its progress is shown in one line.
 * @returns {Promise<number>} exit code
 */
export async function install() {
  const started = Date.now();
  process.stdout.write(`Installing packages with ${pinnedPnpm} …\n`);
  let log = '';
  const code = await runPnpm(
    ['install', '--frozen-lockfile', '--reporter=append-only', '--config.confirm-modules-purge=false'],
    {
      onOutput: (text) => {
        log += text;
        const progress = text.match(/Progress: .*/g)?.at(-1);
        if (progress && process.stdout.isTTY) process.stdout.write(`\r\x1b[K  ${progress.slice(0, 76)}`);
      },
    },
  );
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
  if (code !== 0) {
    process.stderr.write(
      `${log}\nerror: expected the packages to install; found the failure above (exit code ${code}); ` +
        'check the connection to the npm registry and run this again\n',
    );
    return code;
  }
  const seconds = Math.round((Date.now() - started) / 1000);
  process.stdout.write(`Installed in ${seconds} s.\n`);
  // An optional dependency: pnpm goes on without it, and so does Mien.
  if (/tfjs-node-gpu install: (Failed|.*[Ee]rror)/.test(log)) {
    process.stdout.write('The TensorFlow library for GPUs could not be downloaded; ONNX Runtime computes instead.\n');
  }
  return 0;
}
