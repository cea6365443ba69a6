export { createFaceDetectorPool } from './face-detector-pool.js';
