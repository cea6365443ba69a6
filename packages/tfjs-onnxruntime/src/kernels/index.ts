import type { OperatorDefinition } from '../graph/lowering.js';
import { batchNormModule } from './batch-norm.js';
import { binaryModule } from './binary.js';
import { blocksModule } from './blocks.js';
import { channelModule } from './channel-operators.js';
import { conv2dModule } from './conv2d.js';
import { depthwiseModule } from './depthwise-conv2d.js';
import { fillModule } from './fill.js';
import { hostKernels, withHostTypes } from './host/host-kernels.js';
import type { KernelDefinition, KernelModule } from './kernel.js';
import { matMulModule } from './matmul.js';
import { padModule } from './pad.js';
import { poolModule } from './pool.js';
import { reduceModule } from './reduce.js';
import { resizeModule } from './resize.js';
import { scatterModule } from './scatter.js';
import { selectModule } from './select.js';
import { shapeModule } from './shape.js';
import { sliceModule } from './slice.js';
import { softmaxModule } from './softmax.js';
import { unaryModule } from './unary.js';

const MODULES: readonly KernelModule[] = [
  batchNormModule,
  binaryModule,
  blocksModule,
  channelModule,
  conv2dModule,
  depthwiseModule,
  fillModule,
  matMulModule,
  padModule,
  poolModule,
  reduceModule,
  resizeModule,
  scatterModule,
  selectModule,
  shapeModule,
  sliceModule,
  softmaxModule,
  unaryModule,
];

/** Every TensorFlow.js kernel this backend has. */
export const kernelDefinitions: readonly KernelDefinition[] = [
  ...MODULES.flatMap((module) => module.kernels).map(withHostTypes),
  ...hostKernels,
];

/** How every recorded operation becomes ONNX, by its name. */
export const operatorDefinitions: ReadonlyMap<string, OperatorDefinition> = new Map(
  MODULES.flatMap((module) => module.operators).map((operator) => [operator.op, operator]),
);
