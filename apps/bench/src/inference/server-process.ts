import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MIEN } from './built-inference.js';

/** A `mien serve` of its own process, on a free port of this machine. */
export class ServerProcess {
  readonly address: string;
  readonly #process: ChildProcess;

  private constructor(address: string, child: ChildProcess) {
    this.address = address;
    this.#process = child;
  }

  /** @param options of `mien serve`. @throws {Error} with its message when it does not start. */
  static async start(options: readonly string[]): Promise<ServerProcess> {
    const argv = [fileURLToPath(MIEN), 'serve', '--port', '0', '--no-page', ...options];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said = (said + chunk).slice(-4000);
    });
    const lines = createInterface({ input: child.stdout });
    const [first] = await Promise.race([once(lines, 'line'), once(child, 'exit')]);
    const [address] = /http:\S+/.exec(String(first)) ?? [];
    if (address === undefined) throw new Error(`mien serve did not start: ${said}`);
    return new ServerProcess(address, child);
  }

  /** The metric's value as `/metrics` has it, summed over its labels; NaN where there is none. */
  async metric(name: string, token?: string): Promise<number> {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const text = await (await fetch(`${this.address}/metrics`, { headers })).text();
    const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].map(([, value]) =>
      Number(value),
    );
    return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0);
  }

  /** Asks it to end. @returns its exit code. */
  async stop(): Promise<number | null> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    return (await ended)[0];
  }
}
