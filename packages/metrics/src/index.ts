export * from './bootstrap.js';
export * from './classification.js';
export { formatReport } from './format.js';
export * from './groups.js';
