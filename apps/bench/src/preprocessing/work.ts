import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSyntheticDataset } from '@mien/datasets';
import type { PipelineInput } from '@mien/preprocessing';

/** What one contestant does with each picture: read, grey, (cut the best face,) equalise, resize to `side`. */
export interface PreprocessingWork {
  readonly folder: string;
  /** 0: no detector. Else pictures whose longer side is above this many pixels are searched at this size. */
  readonly searchSize: number;
  readonly threads: number;
  readonly side: number;
  /** As both sides' detectors take it; `minSize` in shares of the picture's shorter side. */
  readonly scaleFactor: number;
  readonly minNeighbours: number;
  readonly minSize: number;
}

/** The largest picture is searched whole. */
export const FULL_SIZE = 8192;
/** Where `searched small`: above this, faces are looked for in a smaller copy; faces of `minSize` are still larger than the cascade's window. */
export const SMALL_SIZE = 384;

export const WORK: Omit<PreprocessingWork, 'folder' | 'searchSize'> = {
  threads: 2,
  side: 256,
  // OpenCV's documentation and the study's tool use these; faces from a twelfth of the picture's width on.
  scaleFactor: 1.1,
  minNeighbours: 4,
  minSize: 0.08,
};

export function pipelineOf({
  searchSize,
  side,
  scaleFactor,
  minNeighbours,
  minSize,
}: PreprocessingWork): PipelineInput {
  const pass = { cascade: 'frontalface-alt2', scaleFactor, minNeighbours, minSize } as const;
  const detector = { passes: [pass], searchSize };
  return [
    { step: 'grey' },
    ...(searchSize > 0 ? [{ step: 'crop-face', detector, onMissing: 'whole-image' } as const] : []),
    { step: 'equalise-histogram' },
    { step: 'resize', width: side, height: side },
  ];
}

/** Colour JPEGs of KDEF's size, drawn once; faces straight and half turned. */
export async function drawPhotos(): Promise<{ folder: string; count: number }> {
  const folder = join(tmpdir(), 'mien-bench-photos');
  const { images } = await generateSyntheticDataset({
    directory: folder,
    people: { female: 2, male: 2 },
    angles: ['S', 'HL'],
    size: { width: 562, height: 762 },
  });
  return { folder, count: images };
}
