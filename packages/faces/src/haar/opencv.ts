import { type FaceResources, loadOpenCvModule } from '../resources.js';

/** The part of OpenCV.js that is used here. Its objects live outside JavaScript's memory: each must be deleted by hand. */
export interface OpenCv {
  readonly CV_8UC1: number;
  readonly CV_8UC3: number;
  readonly COLOR_RGB2GRAY: number;
  readonly INTER_AREA: number;
  readonly INTER_LINEAR_EXACT: number;
  readonly BORDER_REPLICATE: number;
  /** All of OpenCV's memory. */
  readonly HEAPU8: Uint8Array;
  readonly Mat: { new (): OpenCvMat; new (rows: number, columns: number, type: number): OpenCvMat };
  readonly Size: new (width: number, height: number) => unknown;
  readonly Scalar: new () => unknown;
  readonly RectVector: new () => OpenCvVector<{ x: number; y: number; width: number; height: number }>;
  readonly IntVector: new () => OpenCvVector<number>;
  readonly DoubleVector: new () => OpenCvVector<number>;
  readonly CascadeClassifier: new () => OpenCvCascade;
  cvtColor(source: OpenCvMat, target: OpenCvMat, code: number): void;
  equalizeHist(source: OpenCvMat, target: OpenCvMat): void;
  resize(source: OpenCvMat, target: OpenCvMat, size: unknown, fx: number, fy: number, interpolation: number): void;
  copyMakeBorder(
    source: OpenCvMat,
    target: OpenCvMat,
    top: number,
    bottom: number,
    left: number,
    right: number,
    type: number,
    value: unknown,
  ): void;
  FS_createDataFile(folder: string, name: string, data: Uint8Array, read: boolean, write: boolean, own: boolean): void;
  FS_unlink(path: string): void;
  exceptionFromPtr(pointer: number): { msg: string };
}

export interface OpenCvObject {
  delete(): void;
}

export interface OpenCvMat extends OpenCvObject {
  readonly rows: number;
  readonly cols: number;
  /** A view of OpenCV's memory, valid until the next allocation. */
  readonly data: Uint8Array;
}

export interface OpenCvVector<Item> extends OpenCvObject {
  size(): number;
  get(index: number): Item;
}

export interface OpenCvCascade extends OpenCvObject {
  load(path: string): boolean;
  detectMultiScale3(
    image: OpenCvMat,
    objects: OpenCvVector<{ x: number; y: number; width: number; height: number }>,
    levels: OpenCvVector<number>,
    weights: OpenCvVector<number>,
    scaleFactor: number,
    minNeighbours: number,
    flags: number,
    minSize: unknown,
    maxSize: unknown,
    outputLevels: boolean,
  ): void;
}

/** What the module is until its WebAssembly runs. */
type Starting = Partial<OpenCv> & { onRuntimeInitialized?: () => void };

let starting: Promise<{ readonly cv: OpenCv }> | undefined;

/**
 * OpenCV.js, started once a process (or worker) when first asked for. It comes in an object: the module itself has a `then` that would
 * make `await` wait for ever.
 */
export function loadOpenCv(resources: FaceResources = {}): Promise<{ readonly cv: OpenCv }> {
  starting ??= start(resources).catch((error: unknown) => {
    // A failure is not kept: the next call tries again.
    starting = undefined;
    throw error;
  });
  return starting;
}

async function start(resources: FaceResources): Promise<{ readonly cv: OpenCv }> {
  const { module } = (await loadOpenCvModule(resources)) as { module: Starting };
  if (!module.Mat) {
    await new Promise<void>((resolve) => {
      module.onRuntimeInitialized = resolve;
    });
  }
  return { cv: module as OpenCv };
}

/** Runs `work` and deletes everything it passed to `keep`, also when it throws; C++ exceptions become errors with their message. */
export function withOpenCv<Result>(
  cv: OpenCv,
  work: (keep: <Kept extends OpenCvObject>(object: Kept) => Kept) => Result,
): Result {
  const kept: OpenCvObject[] = [];
  try {
    return work((object) => {
      kept.push(object);
      return object;
    });
  } catch (error) {
    // Embind throws the address of the C++ exception.
    if (typeof error === 'number') throw new Error(`OpenCV: ${cv.exceptionFromPtr(error).msg}`, { cause: error });
    throw error;
  } finally {
    for (const object of kept) object.delete();
  }
}
