export * from './emotion.js';
export * from './errors.js';
export * from './face.js';
export * from './image.js';
export * from './model-card.js';
export * from './prediction.js';
export * from './random.js';
export * from './sample.js';
