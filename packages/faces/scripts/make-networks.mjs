// Converts the networks that the package ships into ONNX files. They were trained by Google for MediaPipe (Apache-2.0) and are taken, as
// TensorFlow.js graphs, from the development dependency @vladmandic/human (MIT).
import { cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convertGraphModel } from './onnx/graph-model.mjs';

const HEADS = 'StatefulPartitionedCall/functional_1/conv2d_';

/** Name in this package → the carrier's model, and what of it is kept. */
const NETWORKS = {
  // All of it is convolution, so it takes pictures of any size; heads at 1/16 and 1/32 of that, 2 and 6 boxes a place.
  'blazeface-back': {
    model: 'blazeface',
    input: ['batch', 3, 'height', 'width'],
    outputs: {
      scores16: { node: `${HEADS}33/BiasAdd`, dims: ['batch', 2, 'rows16', 'columns16'] },
      boxes16: { node: `${HEADS}35/BiasAdd`, dims: ['batch', 32, 'rows16', 'columns16'] },
      scores32: { node: `${HEADS}34/BiasAdd`, dims: ['batch', 6, 'rows32', 'columns32'] },
      boxes32: { node: `${HEADS}36/BiasAdd`, dims: ['batch', 96, 'rows32', 'columns32'] },
    },
  },
  facemesh: {
    model: 'facemesh',
    input: ['batch', 3, 192, 192],
    outputs: {
      mesh: { node: 'Identity_2', dims: ['batch', 1404] },
      presence: { node: 'Identity_1', dims: ['batch', 1] },
    },
  },
};

const carrier = fileURLToPath(new URL('../node_modules/@vladmandic/human/', import.meta.url));
const opencv = fileURLToPath(new URL('../node_modules/@techstark/opencv-js/', import.meta.url));
const target = fileURLToPath(new URL('../dist/models/', import.meta.url));
await mkdir(target, { recursive: true });
for (const [name, { model, input, outputs }] of Object.entries(NETWORKS)) {
  const source = join(carrier, 'models', model);
  const graph = JSON.parse(await readFile(`${source}.json`, 'utf8'));
  const weights = await readFile(`${source}.bin`);
  const file = convertGraphModel(graph, weights, { name, producer: '@mien/faces', input, outputs });
  // Tests of several packages may make it at the same time.
  const temporary = join(target, `.${name}.${process.pid}.tmp`);
  await writeFile(temporary, file);
  await rename(temporary, join(target, `${name}.onnx`));
}

const apache = await readFile(join(opencv, 'LICENSE'), 'utf8');
if (!apache.includes('Apache License')) throw new Error(`no Apache licence in ${opencv}`);
await writeFile(join(target, 'LICENSE.mediapipe.txt'), apache);
await cp(join(carrier, 'LICENSE'), join(target, 'LICENSE.human.txt'));
await writeFile(
  join(target, 'NOTICE.txt'),
  `blazeface-back.onnx and facemesh.onnx: networks of Google's MediaPipe (BlazeFace, V. Bazarevsky et al. 2019; Face Mesh, Y. Kartynnik
et al. 2019), Apache-2.0 (LICENSE.mediapipe.txt), converted to TensorFlow.js in @vladmandic/human by Vladimir Mandic, MIT
(LICENSE.human.txt), and from there to ONNX, heads and shapes cut to what is used; the weights are unchanged.
`,
);
