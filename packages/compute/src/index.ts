export { ENGINES, type EngineName, type EngineOptions } from './engines.js';
export * from './inference-model.js';
export * from './start-engine.js';
