import type { Graph } from '../graph/graph.js';
import type { Pass } from '../graph/rewrite.js';
import { affinePass } from './affine.js';
import { broadcastPass } from './broadcast.js';
import { channelDotPass } from './channel-dot.js';
import { commonSubexpressionsPass } from './common-subexpressions.js';
import { convolutionBiasPass } from './convolution-bias.js';
import { reluGradientPass } from './relu-gradient.js';

/** Applied in this order to every graph before it is written as ONNX. */
const PASSES: readonly Pass[] = [
  commonSubexpressionsPass,
  broadcastPass,
  convolutionBiasPass,
  reluGradientPass,
  channelDotPass,
  affinePass,
  commonSubexpressionsPass,
];

export function optimizeGraph(graph: Graph): Graph {
  return PASSES.reduce((current, pass) => pass.run(current), graph);
}
