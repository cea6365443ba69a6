import { Presets, SingleBar } from 'cli-progress';

/** Between two lines where there is no terminal, milliseconds. */
const LINE_INTERVAL = 10_000;

/** Progress of long work on stderr: a bar with the time left on a terminal, a line now and then otherwise. */
export class Progress {
  readonly #label: string;
  readonly #started = performance.now();
  readonly #doneBefore: number;
  #bar: SingleBar | undefined;
  #lastLine = performance.now();

  /** @param doneBefore what was done earlier, by a run that is resumed: it does not count towards the speed. */
  constructor(label: string, doneBefore = 0) {
    this.#label = label;
    this.#doneBefore = doneBefore;
  }

  update(done: number, total: number, note = ''): void {
    if (process.stderr.isTTY) {
      this.#bar ??= this.#startBar(total, done);
      this.#bar.update(done, { note });
      return;
    }
    const now = performance.now();
    if (now - this.#lastLine < LINE_INTERVAL) return;
    this.#lastLine = now;
    const left = ((now - this.#started) / Math.max(1, done - this.#doneBefore)) * (total - done);
    process.stderr.write(
      `${this.#label}: ${done} of ${total}, ${formatDuration(left / 1000)} left${note && `, ${note}`}\n`,
    );
  }

  /** A line that stays, above the bar. */
  log(line: string): void {
    this.end();
    process.stderr.write(`${line}\n`);
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  /** @param done where the bar starts: after a line that stays, or a run that is resumed, only what follows tells the speed. */
  #startBar(total: number, done: number): SingleBar {
    const bar = new SingleBar(
      {
        format: `${this.#label} {bar} {percentage}% | {value}/{total} | {eta_formatted} left {note}`,
        stream: process.stderr,
        hideCursor: true,
        clearOnComplete: true,
        etaBuffer: 200,
      },
      Presets.shades_classic,
    );
    bar.start(total, done, { note: '' });
    return bar;
  }
}

/** Seconds as people say them: `42 s`, `3 min 20 s`, `1 h 05 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
