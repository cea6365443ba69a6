import { type Emotion, InvalidBundleError } from '@mien/core';
import { type NamedWeights, readWeights, writeWeights } from '@mien/model-zoo';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Weights of another model, and the order of its classes. */
export interface TransferSource {
  readonly weights: NamedWeights;
  readonly labels: readonly Emotion[];
}

/** What became of the weights; names as in the models. */
export interface TransferResult {
  /** Taken over as they are. */
  readonly loaded: readonly string[];
  /** Of the last layer: taken over class by class. */
  readonly mapped: readonly string[];
  /** Classes that the other model did not have; they begin fresh. */
  readonly newClasses: readonly Emotion[];
  /** Of the model, but absent in the other or of another shape: they begin fresh. */
  readonly fresh: readonly string[];
  /** Of the other model, with no place here. */
  readonly unused: readonly string[];
}

/**
 * Starts a model from the weights of another: what has the same name and shape is taken over, the last layer class by class (by the
 * classes' names, whatever their order and number), all else keeps its fresh weights. So a network may get another head, or be larger
 * than the one it begins with.
 * @param labels the model's classes.
 * @throws {InvalidBundleError} when nothing fits.
 */
export async function transferWeights(
  model: LayersModel,
  labels: readonly Emotion[],
  source: TransferSource,
): Promise<TransferResult> {
  const own = await readWeights(model);
  const head = headOf(model);
  const result = { loaded: [] as string[], mapped: [] as string[], fresh: [] as string[] };
  const sameLabels = labels.join() === source.labels.join();
  const weights = Object.fromEntries(
    Object.entries(own).map(([name, tensor]) => {
      const other = source.weights[name];
      const isHead = name.startsWith(`${head}/`);
      if (other && isHead && !sameLabels && fitsByClass(tensor.shape, other.shape, labels, source.labels)) {
        result.mapped.push(name);
        return [name, { ...tensor, data: mapClasses(tensor.data, other.data, labels, source.labels) }];
      }
      if (other && !(isHead && !sameLabels) && `${other.shape}` === `${tensor.shape}`) {
        result.loaded.push(name);
        return [name, other];
      }
      result.fresh.push(name);
      return [name, tensor];
    }),
  ) as NamedWeights;
  const unused = Object.keys(source.weights).filter(
    (name) => !result.loaded.includes(name) && !result.mapped.includes(name),
  );
  if (result.loaded.length === 0) {
    throw new InvalidBundleError({
      expected: 'weights to start from that share layers with the model, by name and shape',
      found: `none of the ${unused.length} weights fits, such as ${unused.slice(0, 3).join(', ')}`,
      fix: 'start from a bundle of the same architecture',
      details: { unused: unused.slice(0, 100) },
    });
  }
  writeWeights(model, weights);
  const newClasses = sameLabels ? [] : labels.filter((label) => !source.labels.includes(label));
  return { ...result, newClasses, unused };
}

/** The result in a sentence. */
export function describeTransfer({ loaded, mapped, newClasses, fresh, unused }: TransferResult): string {
  const parts = [`${loaded.length} weights taken over`];
  if (mapped.length > 0) parts.push(`${mapped.length} class by class`);
  if (newClasses.length > 0) parts.push(`new classes: ${newClasses.join(', ')}`);
  if (fresh.length > 0) parts.push(`${fresh.length} fresh (${shorten(fresh)})`);
  if (unused.length > 0) parts.push(`${unused.length} of the other unused (${shorten(unused)})`);
  return parts.join('; ');
}

function shorten(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')}, …` : names.join(', ');
}

/** The last layer that has weights: its last dimension are the classes. */
function headOf(model: LayersModel): string {
  const names = (model.weights as unknown as readonly { readonly originalName: string }[]).map(
    ({ originalName }) => originalName,
  );
  const last = model.layers.findLast(({ weights }) => weights.length > 0)?.name;
  return names.some((name) => name.startsWith(`${last}/`)) ? `${last}` : (names.at(-1) ?? '').split('/')[0];
}

function fitsByClass(
  own: readonly number[],
  other: readonly number[],
  labels: readonly string[],
  otherLabels: readonly string[],
): boolean {
  return (
    own.at(-1) === labels.length &&
    other.at(-1) === otherLabels.length &&
    `${own.slice(0, -1)}` === `${other.slice(0, -1)}`
  );
}

/** Copies the columns of the classes that both have; the others keep what `fresh` has. */
function mapClasses(
  fresh: ArrayLike<number>,
  other: ArrayLike<number>,
  labels: readonly string[],
  otherLabels: readonly string[],
): Float32Array {
  const from = labels.map((label) => otherLabels.indexOf(label));
  return Float32Array.from(fresh, (value, place) => {
    const column = from[place % labels.length];
    return column < 0 ? value : other[Math.floor(place / labels.length) * otherLabels.length + column];
  });
}
