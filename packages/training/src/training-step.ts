import {
  add,
  argMax,
  cast,
  equal,
  keep,
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  type Scalar,
  stack,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  tensor1d,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { model as createModel, type LayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Batch } from './batches.js';
import { AdamW, type AdamWOptions } from './optimizers/adamw.js';

export interface StepResult {
  /** Mean cross-entropy of the batch against the smoothed targets, with the layers' own penalties. */
  readonly loss: number;
  /** How many of the batch were classified right (in training mode). */
  readonly right: number;
}

/**
 * One gradient step after another on a model whose last layer is a softmax. The loss is computed from the logits before that layer:
 * exact where probabilities underflow.
 */
export class TrainingStep {
  readonly optimizer: AdamW;
  readonly #logits: LayersModel;
  readonly #variables: readonly Variable[];
  readonly #labelSmoothing: number;

  constructor(model: LayersModel, options: { optimizer: AdamWOptions; labelSmoothing: number }) {
    const last = model.layers[model.layers.length - 1];
    this.#logits = createModel({ inputs: model.inputs, outputs: last.input as SymbolicTensor });
    // A layer's variable holds a tf.Variable, which its type hides.
    this.#variables = model.trainableWeights.map((weight) => weight.read() as Variable);
    this.#labelSmoothing = options.labelSmoothing;
    this.optimizer = new AdamW(this.#variables, options.optimizer);
  }

  /** Makes one step. @param inputShape `[height, width, channels]` of a picture. */
  async run(batch: Batch, inputShape: readonly number[], learningRate: number): Promise<StepResult> {
    const result = tidy(() => {
      const pictures = tensor(batch.pictures, [batch.size, ...inputShape]);
      const targets = tensor1d(batch.targets, 'int32');
      let right: Tensor | undefined;
      const { value, grads } = variableGrads(() => {
        const logits = this.#logits.apply(pictures, { training: true }) as Tensor2D;
        // Kept: variableGrads disposes whatever its function made beside the loss.
        right = keep(sum(cast(equal(argMax(logits, 1), targets), 'float32')));
        const penalties = this.#logits.calculateLosses();
        return penalties.reduce<Tensor>(
          (total, penalty) => add(total, penalty),
          this.#crossEntropy(logits, targets),
        ) as Scalar;
      }, [...this.#variables]);
      this.optimizer.apply(
        this.#variables.map(({ name }) => grads[name]),
        learningRate,
      );
      const result = stack([value, right as Tensor]);
      right?.dispose();
      return result;
    });
    const [loss, right] = await result.data();
    result.dispose();
    return { loss, right };
  }

  #crossEntropy(logits: Tensor2D, targets: Tensor): Tensor {
    const classes = logits.shape[1];
    const smoothing = this.#labelSmoothing;
    const wanted = oneHot(cast(targets, 'int32'), classes, 1 - smoothing + smoothing / classes, smoothing / classes);
    return neg(mean(sum(mul(cast(wanted, 'float32'), logSoftmax(logits, -1)), 1)));
  }

  /** Gives back the optimizer's memory; the model stays. */
  dispose(): void {
    this.optimizer.dispose();
  }
}
