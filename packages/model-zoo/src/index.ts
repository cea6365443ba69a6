export * from './architectures/architecture.js';
export * from './architectures/registry.js';
export * from './bundle/bundle.js';
export * from './pretrained.js';
export * from './weights.js';
