import { type EngineName, prepareForInference, startEngine } from '@mien/compute';
import { createFaceDetector } from '@mien/faces';
import { buildBundleModel, type ModelBundle, pretrainedDirectory, readBundle, resolveBundle } from '@mien/model-zoo';
import { createPipeline } from '@mien/preprocessing';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type EmotionNetwork, EmotionReader } from './reading/face-reading.js';

export { EmotionReader };

export interface EmotionReaderOptions {
  /** A bundle's folder, the name of one that ships (`mien-net.fer2013`), or a bundle that was read; the default is the model that ships with `@mien/model-zoo`. */
  readonly model?: string | Pick<ModelBundle, 'card' | 'weights'>;
  /** A compute engine; the default is the best there is. */
  readonly engine?: EngineName | 'auto';
  /** Threads of the engine that runs the network; the default is one a core. Faces are found in one. */
  readonly threads?: number;
}

/** A network on the engine that runs; it owns the model. */
export function networkOf(model: LayersModel): EmotionNetwork {
  const prepared = prepareForInference(model);
  return {
    inputShapes: model.inputs.map(({ shape }) => shape.slice(1)),
    predict: (input, batch) => prepared.predict(input, batch),
    dispose() {
      prepared.dispose();
      model.dispose();
    },
  };
}

/**
 * Loads a model bundle and starts what it needs.
 * @throws {InvalidBundleError} when the bundle is damaged; @throws {EngineUnavailableError} when the engine asked for is not there.
 */
export async function createEmotionReader({
  model = pretrainedDirectory(),
  engine,
  threads,
}: EmotionReaderOptions = {}): Promise<EmotionReader> {
  const bundle = typeof model === 'string' ? await readBundle(await resolveBundle(model)) : model;
  // The detector is too small to share: threads that wait for each other take longer than one.
  const resources = { sessionOptions: { intraOpNumThreads: 1 } };
  const pipeline = await createPipeline(bundle.card.pipeline, {
    createDetector: (options) => createFaceDetector(options, resources),
  });
  await startEngine({ engine, threads });
  return new EmotionReader(bundle.card, networkOf(buildBundleModel(bundle)), pipeline);
}
