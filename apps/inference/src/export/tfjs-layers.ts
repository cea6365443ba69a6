import { InvalidBundleError, type ModelCard } from '@mien/core';
import { io } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type ExportedFile, metadataOf } from './exported-file.js';

/** The layers of TensorFlow.js itself that our networks are made of; other classes only Mien can load. */
const KNOWN_LAYERS: ReadonlySet<string> = new Set([
  'Activation',
  'Add',
  'AveragePooling2D',
  'BatchNormalization',
  'Concatenate',
  'Conv2D',
  'Dense',
  'DepthwiseConv2D',
  'Dropout',
  'Flatten',
  'GlobalAveragePooling2D',
  'GlobalMaxPooling2D',
  'InputLayer',
  'MaxPooling2D',
  'Multiply',
  'ReLU',
  'Reshape',
  'SeparableConv2D',
  'Softmax',
  'ZeroPadding2D',
]);

interface LayerConfig {
  class_name: string;
  config: Record<string, unknown>;
}

/**
 * A network as TensorFlow.js's own format: `model.json`, which `loadLayersModel` takes, and `weights.bin` beside it. Dropout becomes
 * TensorFlow.js's, which has no count of steps.
 * @throws {InvalidBundleError} when it has layers that TensorFlow.js has not.
 */
export async function exportTfjsLayers(model: LayersModel, card: ModelCard): Promise<ExportedFile[]> {
  let artifacts: io.ModelArtifacts | undefined;
  await model.save(
    io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const { modelTopology, weightSpecs = [], weightData } = artifacts as io.ModelArtifacts;
  const counters = replaceDropout(modelTopology as { config: { layers: LayerConfig[] } }, card);
  const { specs, bytes } = withoutWeights(weightSpecs, new io.CompositeArrayBuffer(weightData).slice(), counters);
  const json = {
    format: 'layers-model',
    generatedBy: 'Mien',
    convertedBy: null,
    modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
    userDefinedMetadata: metadataOf(card),
  };
  return [
    { name: 'weights.bin', bytes },
    { name: 'model.json', bytes: `${JSON.stringify(json)}\n` },
  ];
}

/** @returns the names of the weights that only our dropout has. */
function replaceDropout({ config: { layers } }: { config: { layers: LayerConfig[] } }, card: ModelCard): Set<string> {
  const counters = new Set<string>();
  for (const layer of layers) {
    if (layer.class_name === 'SeededDropout') {
      const { name, rate, trainable } = layer.config;
      counters.add(`${name}/steps`);
      layer.class_name = 'Dropout';
      layer.config = { name, trainable, rate, noise_shape: null, seed: null };
    }
    if (KNOWN_LAYERS.has(layer.class_name)) continue;
    throw new InvalidBundleError({
      expected: 'a network of layers that TensorFlow.js has',
      found: `${layer.class_name} in ${card.architecture.id}`,
      fix: 'use --format onnx, which needs no layers',
      details: { layer: layer.class_name },
    });
  }
  return counters;
}

function withoutWeights(
  all: readonly io.WeightsManifestEntry[],
  data: ArrayBuffer,
  left: ReadonlySet<string>,
): { specs: io.WeightsManifestEntry[]; bytes: Uint8Array } {
  const specs: io.WeightsManifestEntry[] = [];
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const spec of all) {
    // Every weight is float32.
    const length = 4 * spec.shape.reduce((product, size) => product * size, 1);
    if (!left.has(spec.name)) {
      specs.push({ name: spec.name, shape: spec.shape, dtype: spec.dtype });
      parts.push(new Uint8Array(data, at, length));
    }
    at += length;
  }
  return { specs, bytes: Buffer.concat(parts) };
}
