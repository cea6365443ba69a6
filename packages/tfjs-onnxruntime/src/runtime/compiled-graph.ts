import { ExecutionError } from '../errors.js';
import { describeNode, type Graph, type GraphNode } from '../graph/graph.js';
import { lowerGraph } from '../graph/lowering.js';
import { pruneGraph } from '../graph/rewrite.js';
import { operatorDefinitions } from '../kernels/index.js';
import { encodeModel } from '../onnx/model.js';
import { optimizeGraph } from '../passes/index.js';
import { Session, type Tensor } from './native.js';
import type { ResolvedOptions } from './options.js';
import { type SessionWork, sessionOptionsFor } from './session-options.js';

export type CompileSettings = Pick<ResolvedOptions, 'sessionOptions' | 'target' | 'threads'>;
type GraphSettings = CompileSettings & Pick<SessionWork, 'longLived'>;

/** What became of one structure of recorded operations: a session and how leaves and results map to it. */
export class CompiledGraph {
  private constructor(
    private readonly session: Session,
    private readonly inputNames: readonly string[],
    private readonly inputLeaves: readonly number[],
    private readonly outputNames: readonly string[],
    private readonly fetches: Readonly<Record<string, null>>,
  ) {}

  /**
   * @param constants the data of leaves that are to be part of the graph
   * @throws ExecutionError when ONNX Runtime refuses the graph
   */
  static compile(
    graph: Graph,
    settings: GraphSettings,
    constants?: readonly (Uint8Array | undefined)[],
  ): CompiledGraph {
    // With constant weights ONNX Runtime chooses blocked layouts for whole chains of convolutions itself.
    const lowered = lowerGraph(
      optimizeGraph(pruneGraph(graph)),
      operatorDefinitions,
      constants === undefined ? settings.target : { ...settings.target, channelBlock: 0 },
      (leaf) => ({ constant: constants?.[leaf] }),
    );
    const bytes = encodeModel({
      nodes: lowered.builder.nodes,
      initializers: lowered.builder.initializers,
      inputs: lowered.inputs,
      outputs: lowered.outputs,
    });
    let session: Session;
    try {
      const { longLived } = settings;
      const work = { operations: graph.nodes.length, typicalOperation: lowered.typicalOperation, longLived };
      session = new Session(bytes, sessionOptionsFor(settings, work));
    } catch (cause) {
      throw new ExecutionError('compile', describeFailure(cause, graph.nodes), cause);
    }
    const outputNames = lowered.outputs.map((output) => output.name);
    const fetches: Record<string, null> = {};
    for (const name of outputNames) fetches[name] = null;
    return new CompiledGraph(
      session,
      lowered.inputs.map((input) => input.name),
      lowered.inputLeaves,
      outputNames,
      fetches,
    );
  }

  /**
   * Runs the graph.
   *
   * @param leaf the data of the leaf with the given number
   * @param nodes the recorded operations, for the message of a failure
   * @returns one tensor per wanted value
   */
  run(leaf: (index: number) => Tensor, nodes: readonly GraphNode[]): Tensor[] {
    const feeds: Record<string, Tensor> = {};
    for (let index = 0; index < this.inputNames.length; index += 1) {
      feeds[this.inputNames[index]!] = leaf(this.inputLeaves[index]!);
    }
    try {
      const results = this.session.run(feeds, this.fetches);
      return this.outputNames.map((name) => results[name]!);
    } catch (cause) {
      throw new ExecutionError('run', describeFailure(cause, nodes), cause);
    }
  }

  release(): void {
    this.session.release();
  }
}

/** Nodes are named `Operation#value/...`; ONNX Runtime's messages carry that name. */
function describeFailure(cause: unknown, nodes: readonly GraphNode[]): string {
  const match = /([A-Za-z0-9_]+)#(\d+)\//.exec(String(cause));
  if (match === null) return '';
  const node = nodes.find((candidate) => candidate.outputs[0]!.id === Number(match[2]));
  return node === undefined ? `In ${match[1]}.` : `In ${describeNode(node)}.`;
}
