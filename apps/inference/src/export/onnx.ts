import { InvalidBundleError, type ModelCard } from '@mien/core';
import { exportOnnx as exportModel, OnnxRuntimeBackendError } from '@mien/tfjs-onnxruntime';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type ExportedFile, metadataOf } from './exported-file.js';

/**
 * A network as ONNX, for any batch size; the card's facts are its metadata.
 * @throws {InvalidBundleError} when ONNX cannot express it so.
 */
export function exportOnnx(model: LayersModel, card: ModelCard): ExportedFile[] {
  try {
    return [{ name: '', bytes: exportModel(model, { metadata: metadataOf(card) }) }];
  } catch (cause) {
    if (!(cause instanceof OnnxRuntimeBackendError)) throw cause;
    throw new InvalidBundleError({
      expected: 'a network that ONNX can express for every batch size',
      found: cause.message,
      fix: 'use this bundle with Mien itself',
      details: { architecture: card.architecture.id },
      cause,
    });
  }
}
