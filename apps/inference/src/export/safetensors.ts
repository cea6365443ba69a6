import { encodeSafetensors } from '@mien/core';
import type { ModelBundle } from '@mien/model-zoo';
import { type ExportedFile, metadataOf } from './exported-file.js';

/**
 * A bundle's weights as one safetensors file, by their names and laid out as TensorFlow does (kernels: height, width, in, out); the card's
 * facts are its metadata, as JSON where they are no text.
 */
export function exportSafetensors({ card, weights }: Pick<ModelBundle, 'card' | 'weights'>): ExportedFile[] {
  const metadata = Object.entries({ ...metadataOf(card), layout: 'tensorflow' }).map(
    ([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)] as const,
  );
  return [{ name: '', bytes: encodeSafetensors(weights, Object.fromEntries(metadata)) }];
}
