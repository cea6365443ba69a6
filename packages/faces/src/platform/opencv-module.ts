import opencv from '@techstark/opencv-js';

/** OpenCV.js behind a function: its `then` must not reach a promise. */
export const module = (): unknown => opencv;
