import { createCnnDetector } from './cnn/cnn-detector.js';
import type { FaceDetector } from './face-detector.js';
import { type DetectorOptionsInput, detectorOptionsSchema } from './face-detector-options.js';
import { createHaarDetector } from './haar/haar-detector.js';
import { parseOptions } from './parse-options.js';
import type { FaceResources } from './resources.js';

/**
 * The detector that the options name: `{ type: 'haar', … }` (the default) or `{ type: 'cnn', … }`.
 * @throws {InvalidConfigurationError} for options that do not fit {@link detectorOptionsSchema}; what the detectors throw.
 */
export async function createFaceDetector(
  options: DetectorOptionsInput = {},
  resources: FaceResources = {},
): Promise<FaceDetector> {
  const parsed = parseOptions(detectorOptionsSchema, options, 'a face detector', 'detectorOptionsSchema');
  return parsed.type === 'cnn' ? createCnnDetector(parsed, resources) : createHaarDetector(parsed, resources);
}
