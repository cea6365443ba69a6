import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';
import { exportBundles } from './export-bundles.js';

/** Folders of `@mien/faces/dist` that the detectors read at run time; their licences go along. */
const FACE_FOLDERS = ['models', 'cascades'];

const require = createRequire(import.meta.url);

/**
 * Puts beside the page what it loads: the bundles with a list of them, the files of the face detectors, and OpenCV.js. Bundles are those
 * that ship with Mien, and the folders named in `MIEN_PAGE_BUNDLES` (as in `PATH`, one after another).
 */
export function pageFiles(): Plugin {
  return {
    name: 'mien-page-files',
    apply: 'build',
    applyToEnvironment: ({ name }) => name === 'client',
    async generateBundle() {
      const emit = (fileName: string, source: string | Uint8Array) =>
        this.emitFile({ type: 'asset', fileName, source });
      const bundles = await exportBundles(process.env.MIEN_PAGE_BUNDLES, (text) => this.info(text));
      for (const { name, card, network } of bundles) {
        emit(`bundles/${name}/card.json`, `${JSON.stringify(card, null, 2)}\n`);
        emit(`bundles/${name}/network.onnx`, network);
      }
      const faces = join(dirname(require.resolve('@mien/faces/package.json')), 'dist');
      const files: string[] = [];
      for (const folder of FACE_FOLDERS) {
        for (const name of await readdir(join(faces, folder))) {
          emit(`faces/${folder}/${name}`, await readFile(join(faces, folder, name)));
          if (!name.endsWith('.txt')) files.push(`${folder}/${name}`);
        }
      }
      emit('files.json', `${JSON.stringify({ bundles: bundles.map(({ name }) => name), faces: files })}\n`);
      emit('opencv.js', await readFile(require.resolve('@techstark/opencv-js/dist/opencv.js')));
    },
  };
}
