import { type Box, type Face, type PixelImage, type Prediction, toPrediction } from '@mien/core';
import { createFaceTracker, type FaceTracker, type TrackedFace } from '@mien/faces';
import type { EmotionReader } from '../emotion-reader.js';
import { ProbabilityFilter } from './probability-filter.js';
import { SequenceWindow } from './sequence-window.js';

/** A face in one frame of a video. */
export interface FollowedFace extends Prediction {
  /** The same for one face from frame to frame; never given twice. */
  readonly id: number;
  /** In pixels of the frame, smoothed over time. */
  readonly box: Box;
  /** The detector's, when the face was last found. */
  readonly score: number;
}

export interface FaceFollowerOptions {
  /** Time constant of the smoothing of probabilities in seconds; 0 is none. */
  readonly smoothing: number;
  /** Faces are looked for in every n-th frame; in those between they move on as they did. */
  readonly detectEvery: number;
}

/** What is needed of an emotion reader. */
export type FaceReader = Pick<EmotionReader, 'card' | 'frames' | 'detect' | 'prepareFace' | 'predict'>;

/** What a face keeps from frame to frame. */
interface Memory {
  readonly window: SequenceWindow;
  readonly filter: ProbabilityFilter;
}

/** A detector's mistakes seldom last for so many of the frames that it sees. */
const FRAMES_TO_CONFIRM = 2;

/**
 * What the CNN must say of a face once before it is followed: mistakes that last for some frames seldom reach it, and 96 % of the faces of
 * film stills (SFEW Train) do in one frame. Other detectors' scores mean something else.
 */
const CNN_SCORE_TO_CONFIRM = 0.7;

/**
 * Reads the faces of one video's frames in their order: finds them, gives each an id that it keeps, reads its expression in every frame, and
 * smooths that over time.
 */
export class FaceFollower {
  readonly #reader: FaceReader;
  readonly #options: FaceFollowerOptions;
  readonly #tracker: FaceTracker;
  readonly #memories = new Map<number, Memory>();
  #tracked: readonly TrackedFace[] = [];
  #detectedAt = 0;
  #untilDetection = 0;
  /** Side of the frames that boxes are tracked in, so that a video may change its resolution and faces keep their ids. */
  #side: number | undefined;

  constructor(reader: FaceReader, options: FaceFollowerOptions) {
    this.#reader = reader;
    this.#options = options;
    const confirmScore = findsFacesByCnn(reader.card) ? CNN_SCORE_TO_CONFIRM : undefined;
    this.#tracker = createFaceTracker({ confirmAfter: FRAMES_TO_CONFIRM, confirmScore });
  }

  /** @param time of the frame in seconds, after that of the frame before. */
  async next(image: PixelImage, time: number): Promise<FollowedFace[]> {
    const side = Math.max(image.width, image.height);
    this.#side ??= side;
    const scale = side / this.#side;
    if (this.#untilDetection <= 0) {
      const found = await this.#reader.detect(image);
      this.#tracked = this.#tracker.update(
        found.map((face) => scaleFace(face, 1 / scale)),
        time,
      );
      this.#detectedAt = time;
      this.#untilDetection = this.#options.detectEvery;
    }
    this.#untilDetection--;
    this.#forgetAllBut(this.#tracked);
    return this.#read(image, time, scale);
  }

  async #read(image: PixelImage, time: number, scale: number): Promise<FollowedFace[]> {
    const passed = time - this.#detectedAt;
    const faces = this.#tracked.flatMap(({ id, box, face, velocity }) => {
      if (!face) return [];
      const [dx, dy] = [velocity[0] * passed, velocity[1] * passed];
      return [{ id, box: scaleBox(moveBox(box, dx, dy), scale), face: scaleFace(moveFace(face, dx, dy), scale) }];
    });
    const inputs = faces.map(({ id, face }) => this.#memoryOf(id).window.next(this.#reader.prepareFace(image, face)));
    const rows = await this.#reader.predict(inputs);
    return faces.map(({ id, box, face }, index) => ({
      id,
      box,
      score: face.score,
      ...toPrediction(this.#reader.card.labels, this.#memoryOf(id).filter.next(rows[index], time)),
    }));
  }

  #memoryOf(id: number): Memory {
    let memory = this.#memories.get(id);
    if (!memory) {
      const { frames, card } = this.#reader;
      memory = {
        window: new SequenceWindow(frames, card.input.channels),
        filter: new ProbabilityFilter(this.#options.smoothing),
      };
      this.#memories.set(id, memory);
    }
    return memory;
  }

  #forgetAllBut(tracked: readonly TrackedFace[]): void {
    const kept = new Set(tracked.map(({ id }) => id));
    for (const id of this.#memories.keys()) if (!kept.has(id)) this.#memories.delete(id);
  }
}

function findsFacesByCnn({ pipeline }: FaceReader['card']): boolean {
  return pipeline.some(({ detector }) => (detector as { type?: string } | undefined)?.type === 'cnn');
}

function moveBox({ x, y, width, height }: Box, dx: number, dy: number): Box {
  return { x: x + dx, y: y + dy, width, height };
}

function scaleBox({ x, y, width, height }: Box, scale: number): Box {
  return { x: x * scale, y: y * scale, width: width * scale, height: height * scale };
}

function moveFace(face: Face, dx: number, dy: number): Face {
  return mapFace(
    face,
    (box) => moveBox(box, dx, dy),
    ([x, y]) => [x + dx, y + dy],
  );
}

function scaleFace(face: Face, scale: number): Face {
  return mapFace(
    face,
    (box) => scaleBox(box, scale),
    ([x, y]) => [x * scale, y * scale],
  );
}

function mapFace(face: Face, mapBox: (box: Box) => Box, mapPoint: (point: [number, number]) => [number, number]): Face {
  const { landmarks } = face;
  return {
    ...face,
    box: mapBox(face.box),
    ...(landmarks && { landmarks: { ...landmarks, points: landmarks.points.map(mapPoint) } }),
  };
}
