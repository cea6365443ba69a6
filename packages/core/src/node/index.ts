export * from './command-line.js';
export * from './files.js';
export * from './thread-pool.js';
