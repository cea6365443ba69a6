import { CAMERA_SIZE } from './options.js';

/** @throws Error in words for people, when there is no camera to be had. */
export async function openCamera(): Promise<MediaStream> {
  // Undefined on pages that came over plain http from another machine.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (!devices) throw new Error(describeCameraError('InsecureContext'));
  try {
    const { width, height } = CAMERA_SIZE;
    return await devices.getUserMedia({ video: { width, height, facingMode: 'user' }, audio: false });
  } catch (error) {
    throw new Error(describeCameraError(error instanceof Error ? error.name : ''), { cause: error });
  }
}

const INSTEAD = 'You can open a picture or a video instead.';

const REASONS: Readonly<Record<string, string>> = {
  NotAllowedError:
    'The camera was refused. Allow it for this page in the browser’s settings, beside the address, and press the button again.',
  NotFoundError: 'There is no camera. Plug one in and press the button again.',
  NotReadableError:
    'The camera does not answer; another program may be using it. Close that and press the button again.',
  OverconstrainedError: 'The camera has no picture of the size that is needed.',
  InsecureContext: 'Browsers lend the camera only to pages of this machine or over https, and this is neither.',
};

/** What to do when a camera cannot be opened. @param name of the error, as getUserMedia throws it. */
export function describeCameraError(name: string): string {
  const reason = Object.hasOwn(REASONS, name)
    ? REASONS[name]
    : `The camera could not be opened${name ? ` (${name})` : ''}.`;
  return `${reason} ${INSTEAD}`;
}
