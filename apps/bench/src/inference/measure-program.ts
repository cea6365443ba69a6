import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MIEN } from './built-inference.js';

export interface ProgramRun {
  /** From the start of the process to its first output, and to its end. */
  readonly firstOutputSeconds: number;
  readonly seconds: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs `mien` once. @throws when it fails. */
export function runMien(argv: readonly string[]): Promise<ProgramRun> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const passed = () => (performance.now() - started) / 1000;
    const child = spawn(process.execPath, [fileURLToPath(MIEN), ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    let firstOutputSeconds = Number.NaN;
    child.stdout.on('data', (chunk) => {
      if (output === '') firstOutputSeconds = passed();
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve({ firstOutputSeconds, seconds: passed(), output, errors });
      else reject(new Error(`mien ${argv.join(' ')} ended with ${code}: ${errors}`));
    });
  });
}
