import type { Graph } from '../graph/graph.js';
import type { Pass } from '../graph/rewrite.js';

/** Applied in this order to every graph before it is written as ONNX. */
export const PASSES: readonly Pass[] = [];

export function optimizeGraph(graph: Graph): Graph {
  return PASSES.reduce((current, pass) => pass.run(current), graph);
}
