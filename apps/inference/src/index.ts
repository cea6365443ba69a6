export * from './emotion-reader.js';
export * from './find-pictures.js';
export * from './read-pictures.js';
