/** One contestant of the training and engine benchmarks, on TensorFlow.js. Arguments: engine, network, task, batch, repetitions a turn. */
import { type EngineName, startEngine } from '@mien/compute';
import { createRandom } from '@mien/core';
import { compileModel } from '@mien/tfjs-onnxruntime';
import { env, ready, setBackend, type Tensor, tensor, train } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { answerTurns, say } from '../answer-turns.js';
import { NETWORKS, type NetworkName } from './networks.js';

const [engine, networkName, task, batchText, repetitionsText] = process.argv.slice(2);
const batch = Number(batchText);
const { side, channels, classes, build } = NETWORKS[networkName as NetworkName];
const random = createRandom(1, 'bench');
const pixels = Float32Array.from({ length: batch * side * side * channels }, () => random.uniform(-1, 1));
const shape = [batch, side, side, channels];

async function start(): Promise<string> {
  if (engine !== 'javascript') {
    const { name, runtime } = await startEngine({ engine: engine as EngineName, forTraining: task === 'train' });
    return `${name}, ${runtime}`;
  }
  env().set('PROD', true); // no banner
  const { version_cpu: version } = await import('@tensorflow/tfjs-backend-cpu');
  await setBackend('cpu');
  await ready();
  return `tfjs-backend-cpu ${version}`;
}

/** What one repetition does. */
function prepare(model: LayersModel): () => Promise<unknown> {
  if (task === 'compiled') {
    const compiled = compileModel(model);
    return () => compiled.predict(pixels, batch);
  }
  if (task === 'predict') {
    return async () => {
      const pictures = tensor(pixels, shape);
      const result = model.predict(pictures) as Tensor;
      await result.data();
      pictures.dispose();
      result.dispose();
    };
  }
  model.compile({ optimizer: train.adam(0.001), loss: 'categoricalCrossentropy' });
  const pictures = tensor(pixels, shape);
  const targets = tensor(
    Float32Array.from({ length: batch * classes }, (_, index) =>
      Number(index % classes === Math.floor(index / classes) % classes),
    ),
    [batch, classes],
  );
  return () => model.trainOnBatch(pictures, targets);
}

try {
  const description = await start();
  const repetition = prepare(build());
  const repeat = async (count: number) => {
    for (let index = 0; index < count; index++) await repetition();
  };
  // predictions: past the runs after which weights are taken for constants
  await repeat(engine === 'javascript' ? 0 : task === 'train' ? 3 : 8);
  await answerTurns(description, () => repeat(Number(repetitionsText)));
} catch (error) {
  say({ unavailable: error instanceof Error ? error.message : String(error) });
}
