import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The pinned pnpm, such as `pnpm@10.34.8`. */
export const pinnedPnpm = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).packageManager.split('+')[0];

/** What the tools are told: nothing about this machine leaves it, and nothing waits for an answer. */
const settings = {
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
  NO_UPDATE_NOTIFIER: '1',
  npm_config_update_notifier: 'false',
};

/**
 * Runs the pinned pnpm through npx, so that only Node and npm need be there. `turbo` finds the same pnpm, as npx puts it on the PATH.
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, onOutput?: (text: string) => void }} [options] with `onOutput` the output goes
 *   there and not to this process's own.
 * @returns {Promise<number>} its exit code
 */
export function runPnpm(args, { cwd = root, env = {}, onOutput } = {}) {
  const output = onOutput ? 'pipe' : 'inherit';
  const [command, ...first] = isInsidePnpm()
    ? [process.execPath, process.env.npm_execpath]
    : ['npx', '--yes', pinnedPnpm];
  const child = spawn(command, [...first, ...args], {
    cwd,
    env: { ...process.env, ...settings, ...env },
    stdio: ['ignore', output, output],
    // npx is a .cmd there.
    shell: process.platform === 'win32' && command === 'npx',
  });
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onOutput);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(
        `error: expected npx, which comes with Node's npm; found: ${error.message}; install npm beside Node\n`,
      );
      resolve(1);
    });
    child.on('close', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

/** Whether the pinned pnpm runs this script already: asking npx for it again would take a second. */
function isInsidePnpm() {
  const { npm_config_user_agent: agent = '', npm_execpath: path = '' } = process.env;
  return agent.startsWith(`${pinnedPnpm.replace('@', '/')} `) && /pnpm\.c?js$/.test(path);
}
