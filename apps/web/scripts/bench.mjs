// Frames a second of the built page in headless Chromium, with a drawn face, 640 × 480, in place of a camera of 30 frames a second.
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const file = fileURLToPath(new URL('../src/fixtures/measure-page.ts', import.meta.url));
const { module } = await runnerImport(file, { configFile: false, logLevel: 'error' });
const found = await module.measurePage(15);
process.stdout.write(`${JSON.stringify({ ...found, cores: cpus().length, load: loadavg()[0] })}\n`);
process.exit();
