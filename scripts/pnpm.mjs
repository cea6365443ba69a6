// `node scripts/pnpm.mjs <arguments>`: the pinned pnpm, where none is installed.
import './library/require-node.mjs';
import { runPnpm } from './library/pnpm.mjs';

process.exitCode = await runPnpm(process.argv.slice(2));
