import {
  type Attributes,
  createNode,
  type Graph,
  type GraphNode,
  type OutputSpecification,
  type Value,
} from './graph.js';

/** What a rewrite rule may ask and do. */
export interface RewriteContext {
  /** How many nodes (or graph outputs) use this value in the graph before the pass. */
  uses(value: Value): number;
  /** The nodes that use this value in the graph before the pass. */
  consumers(value: Value): readonly GraphNode[];
  /** A new node; it is part of the new graph when something uses it. */
  create(
    op: string,
    inputs: readonly Value[],
    attributes: Attributes,
    outputs: readonly OutputSpecification[],
  ): readonly Value[];
}

/**
 * A rewrite: given a node (whose inputs are already rewritten), what its outputs are to be instead, or undefined to
 * leave it alone.
 */
export type RewriteRule = (node: GraphNode, context: RewriteContext) => readonly Value[] | undefined;

/** A named graph-to-graph function. */
export interface Pass {
  readonly name: string;
  run(graph: Graph): Graph;
}

/** The nodes that the outputs need, inputs first. */
export function pruneGraph(graph: Graph): Graph {
  return { nodes: sortNodes(graph.outputs), outputs: graph.outputs };
}

/** Every node that the values need, each after its inputs. Iterative: graphs are thousands of nodes deep. */
function sortNodes(values: readonly Value[]): GraphNode[] {
  const order: GraphNode[] = [];
  const state = new Map<GraphNode, 'open' | 'done'>();
  const stack: GraphNode[] = [];
  for (const value of values) {
    stack.push(value.node);
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      const seen = state.get(node);
      if (seen === 'done') {
        stack.pop();
      } else if (seen === 'open') {
        state.set(node, 'done');
        order.push(node);
        stack.pop();
      } else {
        state.set(node, 'open');
        for (const input of node.inputs) if (!state.has(input.node)) stack.push(input.node);
      }
    }
  }
  return order;
}

/** Applies a rule to every node, inputs before users, and drops what is no longer needed. */
export function rewriteGraph(graph: Graph, rule: RewriteRule): Graph {
  const consumers = new Map<Value, GraphNode[]>();
  const outputUses = new Map<Value, number>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      const list = consumers.get(input);
      if (list === undefined) consumers.set(input, [node]);
      else list.push(node);
    }
  }
  for (const output of graph.outputs) outputUses.set(output, (outputUses.get(output) ?? 0) + 1);
  let nextId = 0;
  for (const node of graph.nodes) for (const value of node.outputs) nextId = Math.max(nextId, value.id + 1);

  const replacement = new Map<Value, Value>();
  // A rebuilt value stands for an original one; rules may ask about either.
  const original = new Map<Value, Value>();
  const originalOf = (value: Value) => original.get(value) ?? value;
  const context: RewriteContext = {
    uses: (value) => (consumers.get(originalOf(value))?.length ?? 0) + (outputUses.get(originalOf(value)) ?? 0),
    consumers: (value) => consumers.get(originalOf(value)) ?? [],
    create: (op, inputs, attributes, outputs) => {
      const node = createNode(op, inputs, attributes, outputs, nextId);
      nextId += outputs.length;
      return node.outputs;
    },
  };
  for (const node of graph.nodes) {
    let current = node;
    if (node.inputs.some((input) => replacement.has(input))) {
      const inputs = node.inputs.map((input) => replacement.get(input) ?? input);
      current = createNode(node.op, inputs, node.attributes, node.outputs, node.outputs[0]!.id);
      current.outputs.forEach((value, index) => {
        replacement.set(node.outputs[index]!, value);
        original.set(value, node.outputs[index]!);
      });
    }
    const values = rule(current, context);
    values?.forEach((value, index) => {
      const old = node.outputs[index]!;
      if (value !== old) replacement.set(old, value);
      if (!original.has(value)) original.set(value, old);
    });
  }
  return pruneGraph({ nodes: [], outputs: graph.outputs.map((output) => replacement.get(output) ?? output) });
}
