import { z } from 'zod';
import type { InputShape } from '../architectures/architecture.js';
import type { NamedWeights } from '../weights.js';
import {
  type ClassicalMethod,
  type FitArguments,
  type RestoreArguments,
  requireGreyPictures,
  toWeight,
} from './classical-method.js';
import { growNetwork, runNetwork } from './constructive-network.js';
import { cosineBasis, edgeImage, lowSpectrum } from './edge-spectrum.js';
import { normaliseRows } from './lbp-svm.js';

const optionsSchema = z.strictObject({
  /** Side of the square of low DCT coefficients. */
  coefficients: z.number().int().positive().default(12),
  maxUnits: z.number().int().positive().default(60),
  patience: z.number().int().positive().default(5),
  validationShare: z.number().gt(0).lt(1).default(0.2),
  iterations: z.number().int().positive().default(60),
  candidates: z.number().int().positive().default(3),
  /** Share of a unit's effect that pruning its inputs may cost; 0 prunes none. */
  pruning: z.number().min(0).lt(1).default(0.05),
});
type Options = z.infer<typeof optionsSchema>;

/**
 * Low coefficients of the cosine transform of a face's edges, and a network with one hidden layer that grows unit by unit and prunes its inputs (Ma & Khorasani
 * 2004, IEEE Transactions on Systems, Man, and Cybernetics B 34).
 */
export const dctOhl: ClassicalMethod<typeof optionsSchema> = {
  id: 'dct-ohl',
  source: 'Ma & Khorasani 2004',
  tags: ['study', 'classical'],
  defaultInput: { height: 128, width: 128, channels: 1 },
  range: [0, 255],
  options: optionsSchema,
  fit({ input, classes, seed, options, pictures, targets }: FitArguments<Options>) {
    requireGreyPictures(input, pictures, targets.length);
    const columns = options.coefficients ** 2;
    const spectra = extractSpectra(input, options, pictures, targets.length);
    const { means, scales } = measure(spectra, columns);
    standardise(spectra, means, scales);
    const network = growNetwork({ inputs: spectra, columns, targets, classes, seed }, options);
    return {
      'inputs/means': toWeight(means, [columns]),
      'inputs/scales': toWeight(scales, [columns]),
      'hidden/weights': toWeight(
        network.units.flatMap((unit) => [...unit]),
        [network.units.length, columns + 1],
      ),
      'outputs/weights': toWeight(
        network.outputs.flatMap((weights) => [...weights]),
        [classes, network.units.length + 1],
      ),
    };
  },
  weightShapes({ classes, options, weights }) {
    const columns = options.coefficients ** 2;
    const units = weights['hidden/weights']?.shape[0] ?? 0;
    return {
      'inputs/means': [columns],
      'inputs/scales': [columns],
      'hidden/weights': [units, columns + 1],
      'outputs/weights': [classes, units + 1],
    };
  },
  restore({ input, classes, options, weights }: RestoreArguments<Options>) {
    const rowsOf = ({ data, shape }: NamedWeights[string]) =>
      Array.from({ length: shape[0] }, (_, row) =>
        Float64Array.from(data.subarray(row * shape[1], (row + 1) * shape[1])),
      );
    const network = { units: rowsOf(weights['hidden/weights']), outputs: rowsOf(weights['outputs/weights']) };
    const means = Float64Array.from(weights['inputs/means'].data);
    const scales = Float64Array.from(weights['inputs/scales'].data);
    return (pictures, batch) => {
      requireGreyPictures(input, pictures, batch);
      const spectra = extractSpectra(input, options, pictures, batch);
      standardise(spectra, means, scales);
      const outputs = runNetwork(network, spectra, batch);
      return normaliseRows(
        Float32Array.from(outputs, (value) => Math.max(value, 0)),
        classes,
      );
    };
  },
};

function extractSpectra(
  { height, width }: InputShape,
  { coefficients }: Options,
  pictures: Float32Array,
  count: number,
): Float64Array {
  const bases = [cosineBasis(height, coefficients), cosineBasis(width, coefficients)] as const;
  const spectra = new Float64Array(count * coefficients ** 2);
  for (let index = 0; index < count; index++) {
    const picture = pictures.subarray(index * height * width, (index + 1) * height * width);
    spectra.set(lowSpectrum(edgeImage(picture, height, width), bases, coefficients), index * coefficients ** 2);
  }
  return spectra;
}

/** Mean and inverse standard deviation of each column. */
function measure(values: Float64Array, columns: number): { means: Float64Array; scales: Float64Array } {
  const rows = values.length / columns;
  const means = new Float64Array(columns);
  const scales = new Float64Array(columns);
  values.forEach((value, place) => {
    means[place % columns] += value / rows;
  });
  values.forEach((value, place) => {
    scales[place % columns] += (value - means[place % columns]) ** 2 / rows;
  });
  // A coefficient that never changes says nothing.
  return { means, scales: scales.map((variance) => (variance > 0 ? 1 / Math.sqrt(variance) : 0)) };
}

function standardise(values: Float64Array, means: Float64Array, scales: Float64Array): void {
  values.forEach((value, place) => {
    const column = place % means.length;
    values[place] = (value - means[column]) * scales[column];
  });
}
