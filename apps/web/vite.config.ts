import { defineConfig } from 'vite';
import { pageFiles } from './build/page-files.js';

export default defineConfig({
  // The page may be served below any path.
  base: './',
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 2000 },
  plugins: [pageFiles()],
});
