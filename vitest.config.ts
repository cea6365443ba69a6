import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Shared by every package (`vitest run --config ../../vitest.config.ts`): sources, not builds, are tested. */
const conditions = ['@mien/source', 'node', 'module', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['node', 'default'] } },
  test: {
    root: process.cwd(),
    include: ['src/**/*.test.ts'],
    setupFiles: [fileURLToPath(new URL('./vitest.setup.ts', import.meta.url))],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: '.vitest/results.json' }]],
  },
});
