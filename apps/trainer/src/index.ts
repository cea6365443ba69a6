export { type Experiment, experimentSchema, readExperiment } from './configuration/experiment.js';
export { type RunOptions, type RunResult, runExperiment } from './run/run-experiment.js';
