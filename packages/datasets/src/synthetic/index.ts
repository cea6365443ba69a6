export { ACTION_UNITS, type ActionUnit, type ActionUnitIntensities } from './action-units.js';
export type { Background } from './background.js';
export type { HeadPose } from './camera.js';
export { EXPRESSIONS, sampleActionUnits, scaleActionUnits } from './expressions.js';
export type { Gaze } from './eyes.js';
export {
  generateSyntheticDataset,
  SYNTHETIC_GENERATOR_VERSION,
  type SyntheticDatasetChoices,
  type SyntheticDatasetOptions,
  type SyntheticDatasetResult,
  syntheticDatasetSchema,
} from './generate.js';
export type { Light } from './light.js';
export { createPerson, type Gender, type HairStyle, type Person } from './person.js';
export { type FaceParameters, KDEF_SIZE, locateLandmarks, renderFace } from './render.js';
export {
  type Angle,
  type ImageSize,
  type SampleKey,
  type Session,
  sampleFaceParameters,
  sampleSequenceParameters,
  sequenceIntensity,
} from './sample-parameters.js';
