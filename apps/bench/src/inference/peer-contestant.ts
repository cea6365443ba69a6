/**
 * A peer as a contestant of `bench inference`, on tfjs-node. Arguments: `human`, `face-api` or `face-api-ssd`; `predict` or `expression`;
 * repetitions a turn; the folder of photos. The peers are looked for where Node finds them (`NODE_PATH`), and are no dependency.
 */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { answerTurns, say } from '../answer-turns.js';

const [peer, task, repetitionsText, folder] = process.argv.slice(2);
const repetitions = Number(repetitionsText);
const require = createRequire(import.meta.url);

/** What of their interfaces is used; they have no types here. */
interface Disposable {
  dispose(): void;
}
interface TensorFlowNode {
  node: { decodeImage(bytes: Uint8Array, channels: number): Disposable };
  fill(shape: number[], value: number): Disposable;
  loadGraphModel(url: string): Promise<{ execute(input: Disposable): Disposable & { data(): Promise<Float32Array> } }>;
  version: Record<string, string>;
}

interface Work {
  /** Reads one picture; the number of faces found. */
  predict(bytes: Uint8Array): Promise<number>;
  /** The expression of one face that was cut out. */
  expression(): Promise<void>;
  readonly description: string;
}

const tf: TensorFlowNode = require('@tensorflow/tfjs-node');

async function startHuman(): Promise<Work> {
  const { Human } = require('@vladmandic/human');
  const root = join(dirname(require.resolve('@vladmandic/human')), '..');
  const off = { enabled: false };
  const human = new Human({
    backend: 'tensorflow',
    modelBasePath: `file://${root}/models/`,
    cacheSensitivity: 0,
    filter: off,
    gesture: off,
    body: off,
    hand: off,
    object: off,
    segmentation: off,
    face: {
      enabled: true,
      detector: { rotation: false, maxDetected: 20 },
      mesh: off,
      iris: off,
      description: off,
      attention: off,
      antispoof: off,
      liveness: off,
      emotion: { enabled: true, minConfidence: 0 },
    },
  });
  await human.load();
  const emotion = await tf.loadGraphModel(`file://${root}/models/emotion.json`);
  const face = tf.fill([1, 64, 64, 1], 0.5);
  return {
    description: `human ${human.version}, BlazeFace and its emotion network, tfjs-node ${tf.version['tfjs-core']}`,
    async predict(bytes) {
      const picture = tf.node.decodeImage(bytes, 3);
      const { face: faces, error } = await human.detect(picture);
      picture.dispose();
      if (error) throw new Error(error);
      return faces.filter((each: { emotion?: unknown[] }) => each.emotion && each.emotion.length > 0).length;
    },
    async expression() {
      const output = emotion.execute(face);
      await output.data();
      output.dispose();
    },
  };
}

async function startFaceApi(detector: 'tiny' | 'ssd'): Promise<Work> {
  const faceapi = require('@vladmandic/face-api');
  const models = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');
  const { tinyFaceDetector, ssdMobilenetv1, faceExpressionNet } = faceapi.nets;
  await (detector === 'tiny' ? tinyFaceDetector : ssdMobilenetv1).loadFromDisk(models);
  await faceExpressionNet.loadFromDisk(models);
  const options = detector === 'tiny' ? new faceapi.TinyFaceDetectorOptions() : new faceapi.SsdMobilenetv1Options();
  const face = tf.fill([112, 112, 3], 128);
  const name = detector === 'tiny' ? 'its tiny detector' : 'SSD MobileNet';
  return {
    description: `face-api ${faceapi.version}, ${name} and its expression network, tfjs-node ${tf.version['tfjs-core']}`,
    async predict(bytes) {
      const picture = tf.node.decodeImage(bytes, 3);
      const faces = await faceapi.detectAllFaces(picture, options).withFaceExpressions();
      picture.dispose();
      return faces.length;
    },
    async expression() {
      await faceExpressionNet.predictExpressions(face);
    },
  };
}

try {
  const work = await (peer === 'human' ? startHuman() : startFaceApi(peer === 'face-api' ? 'tiny' : 'ssd'));
  if (task === 'expression') {
    for (let warm = 0; warm < 20; warm++) await work.expression();
    await answerTurns(work.description, async () => {
      for (let count = 0; count < repetitions; count++) await work.expression();
    });
  } else {
    const names = (await readdir(folder)).sort();
    const photos = await Promise.all(names.map((name) => readFile(join(folder, name))));
    const readAll = async () => {
      let faces = 0;
      for (const photo of photos) faces += await work.predict(photo);
      return faces;
    };
    await readAll();
    const faces = await readAll();
    await answerTurns(`${faces} faces in ${photos.length} photos; ${work.description}`, async () => {
      for (let count = 0; count < repetitions; count++) await readAll();
    });
  }
} catch (error) {
  say({ unavailable: error instanceof Error ? error.message.split('\n')[0] : String(error) });
}
