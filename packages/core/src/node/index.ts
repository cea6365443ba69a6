export * from './command-line.js';
export * from './files.js';
