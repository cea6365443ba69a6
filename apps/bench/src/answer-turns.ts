import { createInterface } from 'node:readline';

/** The contestant's side of a benchmark: says that it is ready, then measures once for each line on stdin. */
export async function answerTurns(description: string, measure: () => Promise<void>): Promise<void> {
  say({ ready: description });
  for await (const _ of createInterface({ input: process.stdin })) {
    const started = performance.now();
    await measure();
    const seconds = (performance.now() - started) / 1000;
    say({ seconds, peakMemoryMiB: process.resourceUsage().maxRSS / 1024 });
  }
}

export function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
