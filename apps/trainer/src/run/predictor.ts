import {
  buildBundleClassifier,
  buildBundleModel,
  type Classifier,
  getArchitecture,
  isClassicalMethod,
  type ModelBundle,
} from '@mien/model-zoo';
import {
  fillBatch,
  gradCam,
  type HeatMaps,
  mostProbable,
  type PredictOptions,
  predictSet,
  type SetPredictions,
  type TrainingSource,
} from '@mien/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** What answers for samples: a network or a classical method. */
export interface Predictor {
  predict(source: TrainingSource, options: PredictOptions): Promise<SetPredictions>;
  /** Where it looked, for the class given for each sample; absent for what sees no picture, or has no layers to look into. */
  readonly look?: (source: TrainingSource, classes: readonly number[]) => Promise<HeatMaps>;
  dispose(): void;
}

/** @param id of the network's architecture. */
export function networkPredictor(model: LayersModel, id: string): Predictor {
  return {
    predict: (source, options) => predictSet(model, source, options),
    ...(getArchitecture(id).takes !== 'landmarks' && {
      look: (source: TrainingSource, classes: readonly number[]) => gradCam(model, source, { classes }),
    }),
    dispose: () => model.dispose(),
  };
}

/** Large enough to be quick, small enough for a gigabyte of memory. */
const BATCH_SIZE = 128;

/** A classical method sees each picture once, as it is; experiments that ask for more views of it are refused. */
export function classicalPredictor(classifier: Classifier, classes: number): Predictor {
  return {
    async predict(source) {
      const { indices } = source;
      const probabilities = new Float32Array(indices.length * classes);
      const truth = new Int32Array(indices.length);
      for (let start = 0; start < indices.length; start += BATCH_SIZE) {
        const chosen = indices.slice(start, start + BATCH_SIZE);
        const { pictures, targets } = fillBatch({ ...source, classes }, chosen);
        probabilities.set(await classifier.predict(pictures, chosen.length), start * classes);
        truth.set(targets, start);
      }
      return { probabilities, truth, predicted: mostProbable(probabilities, classes) };
    },
    dispose: () => classifier.dispose(),
  };
}

/** What a bundle holds, ready to answer. */
export function bundlePredictor(bundle: ModelBundle): Predictor {
  const { architecture, labels } = bundle.card;
  return isClassicalMethod(architecture.id)
    ? classicalPredictor(buildBundleClassifier(bundle), labels.length)
    : networkPredictor(buildBundleModel(bundle), architecture.id);
}
