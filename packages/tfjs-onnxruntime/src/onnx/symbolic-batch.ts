import { OnnxRuntimeBackendError } from '../errors.js';
import type { OnnxInitializer, OnnxNode } from './model.js';

/** One function traced at one batch size. */
export interface BatchTrace {
  readonly batch: number;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly outputShapes: readonly (readonly number[])[];
}

/** The same function for every batch size. */
export interface SymbolicGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly outputShapes: readonly (readonly (number | string)[])[];
}

export const BATCH_DIMENSION = 'batch';

/** scale × batch + offset. */
interface Affine {
  readonly scale: number;
  readonly offset: number;
}

function dependence(where: string, found: string): OnnxRuntimeBackendError {
  return new OnnxRuntimeBackendError(
    'batch-dependent-graph',
    `Expected operations that are the same for every batch size, with sizes that follow from it linearly; found ${found} in ${where}. ` +
      'Export the layers around it, or use traceToOnnx for one fixed batch size.',
  );
}

/** The line through the first two points, when it has whole coefficients and the others lie on it too. */
function fitAffine(batches: readonly number[], values: readonly number[]): Affine | undefined {
  const scale = (values[1]! - values[0]!) / (batches[1]! - batches[0]!);
  const offset = values[0]! - scale * batches[0]!;
  const fits = batches.every((batch, index) => scale * batch + offset === values[index]);
  return fits && Number.isInteger(scale) ? { scale, offset } : undefined;
}

function same(lists: readonly unknown[]): boolean {
  const [first, ...rest] = lists.map((value) => JSON.stringify(value));
  return rest.every((text) => text === first);
}

function sameBytes(initializers: readonly OnnxInitializer[]): boolean {
  const [first, ...rest] = initializers;
  return rest.every(({ data, shape, type }) => {
    if (type !== first!.type || !same([shape, first!.shape])) return false;
    const inPlace = data.buffer === first!.data.buffer && data.byteOffset === first!.data.byteOffset;
    return inPlace || Buffer.compare(data, first!.data) === 0;
  });
}

function integersOf({ data }: OnnxInitializer): number[] {
  const copy = data.slice();
  return Array.from(new BigInt64Array(copy.buffer, 0, copy.byteLength / 8), Number);
}

function encodeIntegers(values: readonly number[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
}

/** The one element that fills a constant, or undefined. */
function fillOf({ data, shape }: OnnxInitializer): Uint8Array | undefined {
  const count = shape.reduce((product, size) => product * size, 1);
  const size = data.byteLength / count;
  const element = data.subarray(0, size);
  for (let index = 1; index < count; index += 1) {
    if (Buffer.compare(data.subarray(index * size, (index + 1) * size), element) !== 0) return undefined;
  }
  return count > 0 ? element : undefined;
}

class Merger {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];
  private readonly batches: readonly number[];
  private readonly constants: readonly ReadonlyMap<string, OnnxInitializer>[];
  private readonly known = new Map<string, string>();
  private batchName: string | undefined;

  constructor(
    private readonly traces: readonly BatchTrace[],
    private readonly batchSource: string,
  ) {
    this.batches = traces.map(({ batch }) => batch);
    this.constants = traces.map(
      ({ initializers }) => new Map(initializers.map((constant) => [constant.name, constant])),
    );
  }

  merge(): SymbolicGraph {
    const counts = this.traces.map(({ nodes }) => nodes.length);
    if (!same(counts))
      throw dependence('the whole graph', `${counts.join(', ')} operations at batch ${this.batches.join(', ')}`);
    this.traces[0]!.nodes.forEach((node, index) => {
      this.mergeNode(
        this.traces.map(({ nodes }) => nodes[index]!),
        node,
      );
    });
    const outputShapes = this.traces[0]!.outputShapes.map((shape, output) =>
      shape.map((_size, axis) => {
        const { scale, offset } = this.fit(
          this.traces.map(({ outputShapes: shapes }) => shapes[output]![axis]!),
          `output ${output}`,
        );
        if (scale === 0) return offset;
        return scale === 1 && offset === 0 ? BATCH_DIMENSION : `${BATCH_DIMENSION}*${scale}+${offset}`;
      }),
    );
    return { nodes: this.nodes, initializers: this.initializers, outputShapes };
  }

  private mergeNode(versions: readonly OnnxNode[], node: OnnxNode): void {
    const forms = versions.map(({ opType, domain, outputs, attributes, inputs }) => [
      opType,
      domain,
      outputs,
      attributes,
      inputs.length,
    ]);
    if (!same(forms)) throw dependence(node.name, `another ${node.opType} at another batch size`);
    const inputs = node.inputs.map((_name, position) =>
      this.mergeInput(
        versions.map((version) => version.inputs[position]!),
        node,
        position,
      ),
    );
    this.nodes.push({ ...node, inputs });
  }

  private mergeInput(names: readonly string[], node: OnnxNode, position: number): string {
    const found = names.map((name, index) => this.constants[index]!.get(name));
    if (found.every((constant) => constant === undefined)) {
      if (!same(names)) throw dependence(node.name, 'other operands at another batch size');
      return names[0]!;
    }
    if (found.some((constant) => constant === undefined))
      throw dependence(node.name, 'a constant at one batch size only');
    const isReshape = node.opType === 'Reshape' && position === 1;
    // two constants may be one by chance at the first batch size, hence all names
    return this.remember(`${isReshape}|${names.join()}`, () =>
      this.mergeConstants(found as OnnxInitializer[], node, isReshape),
    );
  }

  private mergeConstants(versions: readonly OnnxInitializer[], node: OnnxNode, isReshape: boolean): string {
    const [first] = versions;
    if (sameBytes(versions)) return this.addConstant(first!.type, first!.shape, first!.data);
    const ranks = versions.map(({ shape }) => shape.length);
    if (first!.type === 'int64' && ranks.every((rank) => rank === 1) && same(versions.map(({ shape }) => shape))) {
      return this.vector(this.fitAll(versions.map(integersOf), node.name), isReshape);
    }
    const fills = versions.map(fillOf);
    if (same(ranks) && fills.every((fill) => fill !== undefined && Buffer.compare(fill, fills[0]!) === 0)) {
      const shape = this.vector(
        this.fitAll(
          versions.map((version) => version.shape),
          node.name,
        ),
        false,
      );
      return this.add('Expand', [this.addConstant(first!.type, [], fills[0]!), shape]);
    }
    throw dependence(node.name, 'a constant whose values depend on the batch size');
  }

  private fit(values: readonly number[], where: string): Affine {
    const affine = fitAffine(this.batches, values);
    if (affine !== undefined) return affine;
    throw dependence(where, `sizes ${values.join(', ')} at batch ${this.batches.join(', ')}`);
  }

  private fitAll(lists: readonly (readonly number[])[], where: string): Affine[] {
    return lists[0]!.map((_value, index) =>
      this.fit(
        lists.map((list) => list[index]!),
        where,
      ),
    );
  }

  /** A vector of sizes: -1 for the one size of a Reshape that varies, else put together from the input's shape. */
  private vector(sizes: readonly Affine[], isReshape: boolean): string {
    const fixed = sizes.filter(({ scale }) => scale === 0);
    if (isReshape && fixed.length === sizes.length - 1 && fixed.every(({ offset }) => offset > 0)) {
      return this.integers(sizes.map(({ scale, offset }) => (scale === 0 ? offset : -1)));
    }
    return this.remember(`vector|${JSON.stringify(sizes)}`, () => {
      const parts = sizes.map(({ scale, offset }) => {
        if (scale === 0) return this.integers([offset]);
        let part = this.batchSize();
        if (scale !== 1) part = this.add('Mul', [part, this.integers([scale])]);
        return offset === 0 ? part : this.add('Add', [part, this.integers([offset])]);
      });
      return parts.length === 1 ? parts[0]! : this.add('Concat', parts, { axis: { int: 0 } });
    });
  }

  private batchSize(): string {
    this.batchName ??= this.add('Shape', [this.batchSource], { start: { int: 0 }, end: { int: 1 } });
    return this.batchName;
  }

  private remember(key: string, make: () => string): string {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const name = make();
    this.known.set(key, name);
    return name;
  }

  private integers(values: readonly number[]): string {
    return this.remember(`integers|${values.join()}`, () =>
      this.addConstant('int64', [values.length], encodeIntegers(values)),
    );
  }

  private addConstant(type: OnnxInitializer['type'], shape: readonly number[], data: Uint8Array): string {
    const name = `constant_${this.initializers.length}`;
    this.initializers.push({ name, type, shape, data });
    return name;
  }

  private add(opType: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}): string {
    const name = `size_${this.nodes.length}`;
    this.nodes.push({ opType, domain: '', name: `${BATCH_DIMENSION}/${name}`, inputs, outputs: [name], attributes });
    return name;
  }
}

/**
 * Makes one graph for every batch size out of traces at (at least three) fixed ones. What differs between them must be
 * sizes: whole numbers that are linear in the batch size at all traced ones. They are computed from the shape of the
 * input, or written as -1 where a Reshape has only one.
 *
 * @param batchSource the input whose first dimension is the batch
 * @throws OnnxRuntimeBackendError naming the operation that depends on the batch size in another way
 */
export function mergeBatchTraces(traces: readonly BatchTrace[], batchSource: string): SymbolicGraph {
  return new Merger(traces, batchSource).merge();
}
