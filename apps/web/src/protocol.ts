import type { Box, Prediction } from '@mien/core';

/** A face in the picture or frame that was sent. */
export interface ReadFace extends Prediction {
  /** In a video, the same for one face from frame to frame. */
  readonly id: number;
  /** In pixels of what was sent. */
  readonly box: Box;
}

/** Milliseconds that each stage took. */
export interface StageTimes {
  readonly detect: number;
  readonly prepare: number;
  readonly express: number;
}

export interface Reading {
  readonly faces: readonly ReadFace[];
  readonly times: StageTimes;
  readonly width: number;
  readonly height: number;
}

/** A bundle's parts, as they are fetched or as the user brings them. */
export interface BundleFiles {
  readonly card: unknown;
  readonly network: Uint8Array;
}

/** What the worker is told. It has no network of its own: bytes are brought. */
export type Request =
  | {
      readonly type: 'start';
      /** ONNX Runtime's WebAssembly. */
      readonly wasm: ArrayBuffer;
      readonly faces: ReadonlyMap<string, Uint8Array>;
      /** The source of OpenCV.js; not there when the page was opened without it. */
      readonly opencv: string | undefined;
    }
  | { readonly type: 'open'; readonly bundle: BundleFiles }
  /** A picture by itself. */
  | { readonly type: 'picture'; readonly bitmap: ImageBitmap }
  /** The next frame of the video that is followed; `time` in seconds. */
  | { readonly type: 'frame'; readonly bitmap: ImageBitmap; readonly time: number }
  /** Another video begins. */
  | { readonly type: 'restart' };

export type Reply =
  | { readonly result: Reading | undefined }
  /** Errors lose their class on the way; their message is made for people. */
  | { readonly error: string };
