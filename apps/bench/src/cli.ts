#!/usr/bin/env node
import { runCommandLine } from '@mien/core/node';
import { Command } from 'commander';
import { engineBenchmark } from './engine/engine-benchmark.js';
import { inferenceBenchmark } from './inference/inference-benchmark.js';
import { serverBenchmark } from './inference/server-benchmark.js';
import { soakBenchmark } from './inference/soak-benchmark.js';
import { memoryBenchmark } from './memory/memory-benchmark.js';
import { preprocessingBenchmark } from './preprocessing/preprocessing-benchmark.js';
import { trainingBenchmark } from './training/training-benchmark.js';

const program = new Command('bench')
  .description('Mien beside its peers, in turns on one machine; read the ratios.')
  .option('--debug');
program.addCommand(engineBenchmark());
program.addCommand(inferenceBenchmark());
program.addCommand(memoryBenchmark());
program.addCommand(preprocessingBenchmark());
program.addCommand(serverBenchmark());
program.addCommand(soakBenchmark());
program.addCommand(trainingBenchmark());
await runCommandLine(() => program.parseAsync());
