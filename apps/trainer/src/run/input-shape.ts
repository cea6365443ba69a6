import { getFrameCount } from '@mien/model-zoo';
import type { ModelInputs } from '../inputs/model-inputs.js';

/** The shape of a picture, or of one frame, of a model's data. */
export function inputShapeOf(
  { architecture: id, options }: { readonly architecture: string; readonly options: Readonly<Record<string, unknown>> },
  { set: { height, width, channels } }: Pick<ModelInputs, 'set'>,
): { height: number; width: number; channels: 1 | 3 } {
  const frames = getFrameCount({ id, options }) ?? 1;
  return { height, width, channels: (channels / frames) as 1 | 3 };
}
