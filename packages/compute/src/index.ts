export { ENGINES, type EngineName, type EngineOptions } from './engines.js';
export * from './start-engine.js';
