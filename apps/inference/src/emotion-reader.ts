import { type EngineName, type InferenceModel, prepareForInference, startEngine } from '@mien/compute';
import { type FacePrediction, type ModelCard, type PixelImage, toPrediction } from '@mien/core';
import { buildBundleModel, pretrainedDirectory, readBundle } from '@mien/model-zoo';
import { createPipeline, type Pipeline } from '@mien/preprocessing';
import type { LayersModel } from '@tensorflow/tfjs-layers';

export interface EmotionReaderOptions {
  /** A bundle folder; the default is the model that ships with `@mien/model-zoo`. */
  readonly model?: string;
  /** A compute engine; the default is the best there is. */
  readonly engine?: EngineName | 'auto';
}

/** Finds the faces in pictures and reads their expressions, as one model bundle says how. */
export class EmotionReader {
  readonly card: ModelCard;
  readonly #model: LayersModel;
  readonly #network: InferenceModel;
  readonly #pipeline: Pipeline;

  constructor(card: ModelCard, model: LayersModel, pipeline: Pipeline) {
    this.card = card;
    this.#model = model;
    this.#network = prepareForInference(model);
    this.#pipeline = pipeline;
  }

  /**
   * Every face in a picture, with its box in the picture's pixels and a probability for each of the model's labels.
   * A picture without a face gives an empty list.
   */
  async read(image: PixelImage): Promise<FacePrediction[]> {
    const predictions: FacePrediction[] = [];
    for (const face of await this.#pipeline.detect(image)) {
      // One by one: a picture's number of faces varies, and a network is compiled for each batch size.
      const probabilities = await this.#network.predict(this.#toInput(this.#pipeline.applyToFace(image, face)), 1);
      predictions.push({ ...face, ...toPrediction(this.card.labels, probabilities) });
    }
    return predictions;
  }

  #toInput({ data }: PixelImage): Float32Array {
    const [low, high] = this.card.input.range;
    return Float32Array.from(data, (value) => low + (value * (high - low)) / 255);
  }

  /** Frees the model and the detector. */
  dispose(): void {
    this.#network.dispose();
    this.#model.dispose();
    this.#pipeline.dispose();
  }
}

/**
 * Loads a model bundle and starts what it needs.
 * @throws {InvalidBundleError} when the bundle is damaged; @throws {EngineUnavailableError} when the engine asked for is not there.
 */
export async function createEmotionReader({ model, engine }: EmotionReaderOptions = {}): Promise<EmotionReader> {
  const bundle = await readBundle(model ?? pretrainedDirectory());
  const pipeline = await createPipeline(bundle.card.pipeline);
  await startEngine({ engine });
  return new EmotionReader(bundle.card, buildBundleModel(bundle), pipeline);
}
