export * from './command-line.js';
export * from './files.js';
export * from './refuse-telemetry.js';
export * from './thread-pool.js';
