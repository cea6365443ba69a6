import {
  type Face,
  type FacePrediction,
  InvalidBundleError,
  type ModelCard,
  type PixelImage,
  toPrediction,
} from '@mien/core';
import type { Pipeline } from '@mien/preprocessing';

/** The network of a bundle, ready to run on whatever engine there is. */
export interface EmotionNetwork {
  /** The shape of each input, without the batch: `height, width, channels` for pictures. */
  readonly inputShapes: readonly (readonly (number | null)[])[];
  /** @param input `batch` inputs, one after another. @returns as many rows of probabilities. */
  predict(input: Float32Array, batch: number): Promise<Float32Array>;
  dispose(): void;
}

/** A network is compiled for each batch size, so any number of faces is made up of these. */
const BATCH_SIZES = [32, 16, 8, 4, 2, 1] as const;

/** Finds the faces in pictures and reads their expressions, as one model bundle says how. */
export class EmotionReader {
  readonly card: ModelCard;
  /** How many frames of a sequence the network takes at once: 1 for networks of single pictures. */
  readonly frames: number;
  readonly #network: EmotionNetwork;
  readonly #pipeline: Pipeline;

  /** @throws {InvalidBundleError} when the network takes something else than pictures. */
  constructor(card: ModelCard, network: EmotionNetwork, pipeline: Pipeline) {
    this.card = card;
    this.frames = countFrames(card, network);
    this.#network = network;
    this.#pipeline = pipeline;
  }

  /**
   * Every face in a picture, with its box in the picture's pixels and a probability for each of the model's labels.
   * A picture without a face gives an empty list.
   * @throws {InvalidImageError} when the picture's bytes do not fit its shape; @throws {InvalidBundleError} when the network takes
   * sequences.
   */
  async read(image: PixelImage): Promise<FacePrediction[]> {
    const [result] = await this.readAll([image]);
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  }

  /** As `read`, for several pictures: the faces of all go through the network together, and a picture that fails does so alone. */
  async readAll(images: readonly PixelImage[]): Promise<PromiseSettledResult<FacePrediction[]>[]> {
    if (this.frames > 1) throw wrongInput(this.card, `sequences of ${this.frames} frames`, 'use it with mien video');
    const inputs: Float32Array[] = [];
    const found: PromiseSettledResult<FacePrediction[]>[] = [];
    const places: { readonly of: FacePrediction[]; readonly face: Face }[] = [];
    for (const image of images) {
      try {
        const faces = await this.detect(image);
        const ready = faces.map((face) => this.prepareFace(image, face));
        const value: FacePrediction[] = [];
        inputs.push(...ready);
        for (const face of faces) places.push({ of: value, face });
        found.push({ status: 'fulfilled', value });
      } catch (reason) {
        found.push({ status: 'rejected', reason });
      }
    }
    const rows = await this.predict(inputs);
    for (const [index, { of, face }] of places.entries()) {
      of.push({ ...face, ...toPrediction(this.card.labels, rows[index]) });
    }
    return found;
  }

  /** The faces of a picture, best first, without their expressions. */
  async detect(image: PixelImage): Promise<Face[]> {
    return this.#pipeline.detect(image);
  }

  /** A face, whose place in the picture is known, as the network takes it: `height × width × channels` in the model's range. */
  prepareFace(image: PixelImage, face: Face): Float32Array {
    const [low, high] = this.card.input.range;
    const { data } = this.#pipeline.applyToFace(image, face);
    const scale = (high - low) / 255;
    const input = new Float32Array(data.length);
    for (let at = 0; at < data.length; at++) input[at] = low + data[at] * scale;
    return input;
  }

  /**
   * Runs the network. @param inputs of one prediction each: a face, or the `frames` of a sequence interleaved (the frames' channels of a
   * pixel beside each other). @returns a row of probabilities for each input, in the order of the card's labels. */
  async predict(inputs: readonly Float32Array[]): Promise<Float32Array[]> {
    const rows: Float32Array[] = [];
    const classes = this.card.labels.length;
    while (rows.length < inputs.length) {
      const batch = BATCH_SIZES.find((size) => size <= inputs.length - rows.length) ?? 1;
      const size = inputs[0].length;
      const input = new Float32Array(batch * size);
      for (let index = 0; index < batch; index++) input.set(inputs[rows.length + index], index * size);
      const output = await this.#network.predict(input, batch);
      for (let index = 0; index < batch; index++) rows.push(output.slice(index * classes, (index + 1) * classes));
    }
    return rows;
  }

  /** Frees the model and the detector. */
  dispose(): void {
    this.#network.dispose();
    this.#pipeline.dispose();
  }
}

function countFrames(card: ModelCard, { inputShapes }: EmotionNetwork): number {
  const [shape] = inputShapes;
  const frames = (shape[2] ?? 0) / card.input.channels;
  if (inputShapes.length === 1 && shape.length === 3 && Number.isInteger(frames) && frames >= 1) return frames;
  throw wrongInput(card, 'landmarks', 'use a bundle whose network takes pictures');
}

function wrongInput({ name, architecture }: ModelCard, found: string, fix: string): InvalidBundleError {
  return new InvalidBundleError({
    expected: 'a network that reads single pictures of faces',
    found: `${architecture.id}, which reads ${found}, in the bundle ${name}`,
    fix,
    details: { architecture: architecture.id },
  });
}
