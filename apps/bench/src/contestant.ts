import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';

/**
 * A program that measures on demand: it prints `{"ready": "<what it is>"}` once it has warmed up, then answers each line on its stdin with
 * `{"seconds": …, "peakMemoryMiB": …}`. Between its turns it waits and uses no processor.
 */
export interface ContestantDefinition {
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  /** How much work one of its turns is, such as pictures. */
  readonly units: number;
}

export interface Measurement {
  readonly seconds: number;
  /** Resident memory at its highest since the program began. */
  readonly peakMemoryMiB: number;
}

/** A contestant that is not there, with the reason. */
class ContestantUnavailable extends Error {}

/** A contestant's process. */
export class Contestant {
  readonly name: string;
  /** What it says of itself: its version and engine. */
  readonly description: string;
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  private constructor(
    name: string,
    description: string,
    process: ChildProcess,
    reader: Interface,
    lines: AsyncIterator<string>,
  ) {
    this.name = name;
    this.description = description;
    this.#process = process;
    this.#reader = reader;
    this.#lines = lines;
  }

  /** Starts a contestant and waits until it has warmed up. @throws {ContestantUnavailable} when it cannot run here. */
  static async start({ name, command, arguments: argv }: ContestantDefinition): Promise<Contestant> {
    const child = spawn(command, [...argv], { stdio: ['pipe', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors = (errors + chunk).slice(-4000);
    });
    const failed = new Promise<never>((_, reject) => child.on('error', reject));
    const reader = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    const first = await Promise.race([nextMessage(lines), failed]).catch((error: Error) => ({
      failure: error.message,
    }));
    if ('ready' in first) return new Contestant(name, String(first.ready), child, reader, lines);
    child.kill();
    const why =
      'unavailable' in first ? String(first.unavailable) : lastLine(errors) || String(Object.values(first)[0]);
    throw new ContestantUnavailable(why);
  }

  /** One turn. */
  async measure(): Promise<Measurement> {
    this.#process.stdin?.write('go\n');
    return (await nextMessage(this.#lines)) as unknown as Measurement;
  }

  stop(): void {
    this.#reader.close();
    this.#process.kill();
  }
}

async function nextMessage(lines: AsyncIterator<string>): Promise<Record<string, unknown>> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done) throw new Error('it ended without an answer');
    // Native libraries print banners of their own.
    if (value.startsWith('{')) return JSON.parse(value);
  }
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => /error|cannot|not found/i.test(line));
  return (lines[lines.length - 1] ?? '').trim().slice(0, 160);
}
