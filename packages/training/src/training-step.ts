import type { LossHead } from '@mien/model-zoo';
import {
  add,
  argMax,
  cast,
  equal,
  keep,
  logSoftmax,
  mul,
  neg,
  type Scalar,
  scalar,
  stack,
  sum,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { WeightAverage } from './averaging/weight-average.js';
import type { Batch } from './batches.js';
import type { TrainingConfiguration } from './configuration.js';
import { freezeStatistics, selectTrained } from './layer-rates.js';
import { createLogitsModel } from './logits.js';
import { type Teacher, TeacherLoss } from './loss/distillation.js';
import { weighTargets } from './loss/targets.js';
import { createRule } from './optimizers/create-rule.js';
import { Optimizer } from './optimizers/optimizer.js';

export interface StepResult {
  /** What was minimised: mean cross-entropy of the batch against its targets, with the layers' own penalties and the teachers' part. */
  readonly loss: number;
  /** How many of the batch were classified right (in training mode). */
  readonly right: number;
}

export interface StepOptions {
  readonly configuration: Pick<
    TrainingConfiguration,
    'optimizer' | 'clipNorm' | 'labelSmoothing' | 'layerRates' | 'averaging' | 'distillation'
  >;
  /** Layers of logits whose losses are added up; default: what goes into the first output's softmax. */
  readonly heads?: readonly LossHead[];
  /** How much each class counts; default: all the same. */
  readonly classWeights?: readonly number[];
  /** Models to learn from; with `distillation` in the configuration. */
  readonly teachers?: readonly Teacher[];
  /** What grey 0 and 255 are at the model's input; teachers may have another. */
  readonly range?: readonly [number, number];
}

/**
 * One gradient step after another on a model whose first output is a softmax. Every step has the same structure and differs in its numbers
 * alone, so that an engine which compiles steps does so once.
 */
export class TrainingStep {
  readonly optimizer: Optimizer;
  readonly average?: WeightAverage;
  readonly #logits: LayersModel;
  readonly #variables: readonly Variable[];
  readonly #teacher?: TeacherLoss;
  readonly #labelSmoothing: number;
  readonly #classWeights?: readonly number[];
  /** The share of each of the logits model's outputs in the loss. */
  readonly #shares: readonly number[];
  readonly #averagesSteps: boolean;
  readonly #restoreStatistics: () => void;

  /** @throws {InvalidConfigurationError} when the configuration does not fit the model. */
  constructor(model: LayersModel, options: StepOptions) {
    const { configuration, heads = [], classWeights, teachers = [], range = [-1, 1] } = options;
    const { optimizer, clipNorm, layerRates, averaging, distillation, labelSmoothing } = configuration;
    this.#logits = createLogitsModel(
      model,
      heads.map(({ layer }) => layer),
    );
    const { variables, rates } = selectTrained(model, layerRates);
    this.#variables = variables;
    this.#labelSmoothing = labelSmoothing;
    this.#classWeights = classWeights;
    this.#shares = this.#logits.outputs.map(({ sourceLayer }, index) => {
      if (heads.length === 0) return index === 0 ? 1 : 0;
      return heads.find(({ layer }) => layer === sourceLayer.name)?.weight ?? 0;
    });
    if (distillation && teachers.length > 0) {
      this.#teacher = new TeacherLoss(teachers, distillation, model, range);
    }
    this.#restoreStatistics = freezeStatistics(model, layerRates);
    this.optimizer = new Optimizer(variables, createRule(optimizer), { clipNorm, rates });
    this.average = averaging && new WeightAverage(model, averaging);
    this.#averagesSteps = averaging?.type === 'ema';
  }

  /** Makes one step. @param inputs the tensors for the model's inputs; called inside a `tidy`. */
  async run(
    batch: Pick<Batch, 'labels' | 'targets' | 'size'>,
    inputs: () => Tensor[],
    learningRate: number,
  ): Promise<StepResult> {
    const classes = batch.labels.length / batch.size;
    const weights = this.#classWeights ?? new Array<number>(classes).fill(1);
    const result = tidy(() => {
      const given = inputs();
      const wanted = tensor2d(weighTargets(batch, weights, this.#labelSmoothing), [batch.size, classes]);
      const targets = tensor1d(batch.targets, 'int32');
      const answer = this.#teacher?.answer(given);
      let right: Tensor | undefined;
      const { value, grads } = variableGrads(() => {
        const outputs = this.#logits.apply(given, { training: true });
        const logits = (Array.isArray(outputs) ? outputs : [outputs]) as Tensor2D[];
        // Kept: variableGrads disposes whatever its function made beside the loss.
        right = keep(sum(cast(equal(argMax(logits[0], 1), targets), 'float32')));
        const losses = logits.flatMap((own, index) => this.#lossOf(own, wanted, answer, this.#shares[index]));
        return losses.concat(this.#logits.calculateLosses()).reduce((total, part) => add(total, part)) as Scalar;
      }, [...this.#variables]);
      this.optimizer.apply(
        this.#variables.map(({ name }) => grads[name]),
        learningRate,
      );
      if (this.#averagesSteps) this.average?.add();
      const figures = stack([value, right as Tensor]);
      right?.dispose();
      return figures;
    });
    const [loss, right] = await result.data();
    result.dispose();
    return { loss, right };
  }

  #lossOf(logits: Tensor2D, wanted: Tensor, answer: Tensor2D | undefined, share: number): Tensor[] {
    if (share === 0) return [];
    const labelLoss = neg(sum(mul(wanted, logSoftmax(logits, -1))));
    const loss = answer && this.#teacher ? this.#teacher.combine(labelLoss, logits, answer) : labelLoss;
    return [share === 1 ? loss : mul(loss, scalar(share))];
  }

  /** Gives back the optimizer's memory; the model stays. */
  dispose(): void {
    this.#restoreStatistics();
    this.optimizer.dispose();
    this.average?.dispose();
  }
}
