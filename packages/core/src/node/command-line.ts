import { MienError } from '../errors.js';
import { refuseTelemetry } from './refuse-telemetry.js';

/**
 * Runs a command line's `main` and ends the process as Mien's programs do: 0; 2 for the user's mistake; 1 for a failure. A Mien error's
 * message goes to stderr without a stack, unless `--debug` stands in the arguments.
 */
export async function runCommandLine(
  main: () => Promise<unknown>,
  argv: readonly string[] = process.argv,
): Promise<void> {
  refuseTelemetry();
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    await main();
  } catch (error) {
    const known = MienError.isInstance(error);
    const debug = argv.includes('--debug');
    const text = error instanceof Error ? (debug ? error.stack : error.message) : String(error);
    const hint = known || debug ? '' : '\n(not a known failure; --debug shows where it happened)';
    process.stderr.write(`error: ${text}${hint}\n`);
    process.exitCode = known ? error.exitCode : 1;
  }
}
