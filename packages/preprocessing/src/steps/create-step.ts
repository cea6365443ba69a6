import type { PipelineStep } from '../pipeline-schema.js';
import { createAlignStep } from './align.js';
import { createClaheStep } from './clahe.js';
import { createCropCentreStep } from './crop-centre.js';
import { createCropFaceStep } from './crop-face.js';
import { createCropLandmarksStep } from './crop-landmarks.js';
import { createDctNormalisationStep } from './dct-normalisation.js';
import { createDifferenceOfGaussiansStep } from './difference-of-gaussians.js';
import { createEqualiseHistogramStep } from './equalise-histogram.js';
import { createFrontaliseStep } from './frontalise.js';
import { createGammaStep } from './gamma.js';
import { createGradientChannelsStep } from './gradient-channels.js';
import { createGreyStep } from './grey.js';
import { createLocalBinaryPatternsStep } from './local-binary-patterns.js';
import { createLocalNormalisationStep } from './local-normalisation.js';
import { createLopesCropStep } from './lopes-crop.js';
import { createMappedLocalBinaryPatternsStep } from './mapped-local-binary-patterns.js';
import { createResizeStep } from './resize.js';
import { createScaleStep } from './scale.js';
import { createAnisotropicSmoothingStep, createIsotropicSmoothingStep } from './smoothing.js';
import type { Step } from './step.js';
import { valueStep } from './step.js';

/** Makes a step ready to run. */
export function createStep(data: PipelineStep): Step {
  switch (data.step) {
    case 'grey':
      return createGreyStep();
    case 'crop-face':
      return createCropFaceStep(data);
    case 'detect-face':
      // The pipeline looks for the face; nothing is done to the picture.
      return valueStep((image) => image);
    case 'crop-centre':
      return createCropCentreStep(data);
    case 'crop-landmarks':
      return createCropLandmarksStep(data);
    case 'lopes-crop':
      return createLopesCropStep(data);
    case 'align':
      return createAlignStep(data);
    case 'frontalise':
      return createFrontaliseStep(data);
    case 'resize':
      return createResizeStep(data);
    case 'equalise-histogram':
      return createEqualiseHistogramStep();
    case 'clahe':
      return createClaheStep(data);
    case 'gamma':
      return createGammaStep(data);
    case 'isotropic-smoothing':
      return createIsotropicSmoothingStep(data);
    case 'anisotropic-smoothing':
      return createAnisotropicSmoothingStep(data);
    case 'dct-normalisation':
      return createDctNormalisationStep(data);
    case 'difference-of-gaussians':
      return createDifferenceOfGaussiansStep(data);
    case 'local-normalisation':
      return createLocalNormalisationStep(data);
    case 'scale':
      return createScaleStep(data);
    case 'local-binary-patterns':
      return createLocalBinaryPatternsStep(data);
    case 'mapped-local-binary-patterns':
      return createMappedLocalBinaryPatternsStep(data);
    case 'gradient-channels':
      return createGradientChannelsStep();
  }
}
