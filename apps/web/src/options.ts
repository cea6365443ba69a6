/** Faces are looked for in every so many frames of a video; in those between they move on as they did. */
export const DETECT_EVERY = 3;

/** Time constant of the smoothing of probabilities, in seconds; as in `mien video`. */
export const SMOOTHING = 0.3;

/** What the timeline shows, in seconds. */
export const TIMELINE_SECONDS = 30;

/** What is asked of a camera, in pixels. */
export const CAMERA_SIZE = { width: 640, height: 480 } as const;

/** The longer side of video frames that are read; larger ones are made smaller on the way. Pictures are read as they are. */
export const LARGEST_FRAME = 1280;

/** Pictures of more pixels are refused; as in Node. */
export const MOST_PIXELS = 50_000_000;
