/** One contestant of the training benchmark: plain tfjs-layers `trainOnBatch` on one engine. Argument: the engine. */
import { type EngineName, startEngine } from '@mien/compute';
import { createRandom } from '@mien/core';
import { buildModel } from '@mien/model-zoo';
import { env, ready, setBackend, tensor, train } from '@tensorflow/tfjs-core';
import { answerTurns, say } from '../answer-turns.js';

const [engine, batchText, stepsText, sideText] = process.argv.slice(2);
const batch = Number(batchText);
const side = Number(sideText);
const classes = 7;

async function start(): Promise<string> {
  if (engine !== 'javascript') {
    const { name, runtime } = await startEngine({ engine: engine as EngineName, forTraining: true });
    return `${name}, ${runtime}`;
  }
  env().set('PROD', true); // no banner
  const { version_cpu: version } = await import('@tensorflow/tfjs-backend-cpu');
  await setBackend('cpu');
  await ready();
  return `tfjs-backend-cpu ${version}`;
}

try {
  const description = await start();
  const model = buildModel({
    id: 'mini-xception',
    classes,
    seed: 1,
    input: { height: side, width: side, channels: 1 },
  });
  model.compile({ optimizer: train.adam(0.001), loss: 'categoricalCrossentropy' });
  const random = createRandom(1, 'bench');
  const pictures = tensor(
    Float32Array.from({ length: batch * side * side }, () => random.uniform(-1, 1)),
    [batch, side, side, 1],
  );
  const targets = tensor(
    Float32Array.from({ length: batch * classes }, (_, index) =>
      Number(index % classes === Math.floor(index / classes) % classes),
    ),
    [batch, classes],
  );
  const steps = async (count: number) => {
    for (let step = 0; step < count; step++) await model.trainOnBatch(pictures, targets);
  };
  await steps(engine === 'javascript' ? 0 : 3);
  await answerTurns(description, () => steps(Number(stepsText)));
} catch (error) {
  say({ unavailable: error instanceof Error ? error.message : String(error) });
}
