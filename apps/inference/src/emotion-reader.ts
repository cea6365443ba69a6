import { type EngineName, startEngine } from '@mien/compute';
import { type FacePrediction, type ModelCard, type PixelImage, toPrediction } from '@mien/core';
import { buildBundleModel, pretrainedDirectory, readBundle } from '@mien/model-zoo';
import { createPipeline, type Pipeline } from '@mien/preprocessing';
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
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
  readonly #pipeline: Pipeline;

  constructor(card: ModelCard, model: LayersModel, pipeline: Pipeline) {
    this.card = card;
    this.#model = model;
    this.#pipeline = pipeline;
  }

  /**
   * Every face in a picture, with its box in the picture's pixels and a probability for each of the model's labels.
   * A picture without a face gives an empty list.
   */
  async read(image: PixelImage): Promise<FacePrediction[]> {
    const faces = await this.#pipeline.detect(image);
    if (faces.length === 0) return [];
    const { width, height, channels, range } = this.card.input;
    const size = width * height * channels;
    const [low, high] = range;
    const pixels = new Float32Array(faces.length * size);
    faces.forEach((face, index) => {
      const { data } = this.#pipeline.applyToFace(image, face);
      for (let pixel = 0; pixel < size; pixel++)
        pixels[index * size + pixel] = low + (data[pixel] * (high - low)) / 255;
    });
    const output = tidy(() => this.#model.predict(tensor(pixels, [faces.length, height, width, channels])) as Tensor);
    const probabilities = await output.data();
    output.dispose();
    const classes = this.card.labels.length;
    return faces.map((face, index) => ({
      face,
      ...toPrediction(this.card.labels, probabilities.slice(index * classes, (index + 1) * classes)),
    }));
  }

  /** Frees the model and the detector. */
  dispose(): void {
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
