import { InvalidConfigurationError } from '@mien/core';
import {
  add,
  div,
  gather,
  log,
  logSoftmax,
  mean,
  mul,
  scalar,
  softmax,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { createLogitsModel } from '../logits.js';

/** Learning from the answers of other models (Hinton, Vinyals & Dean 2015, arXiv 1503.02531). */
export const distillationSchema = z.strictObject({
  /** Softens both sides' answers; the paper's range is 1 to 20. */
  temperature: z.number().positive().default(4),
  /** Share of the teachers in the loss; the labels have the rest. */
  weight: z.number().min(0).max(1).default(0.7),
});

export type Distillation = z.output<typeof distillationSchema>;

/** A model to learn from; it is not changed. */
export interface Teacher {
  readonly model: LayersModel;
  /** What grey 0 and 255 are at its input. */
  readonly range: readonly [number, number];
  /** Its class for each class of the student. */
  readonly classOf: readonly number[];
}

/** The answers of one or more teachers, and the loss against them. */
export class TeacherLoss {
  readonly #teachers: readonly { readonly logits: LayersModel; readonly teacher: Teacher }[];
  readonly #options: Distillation;
  readonly #range: readonly [number, number];

  /**
   * @param inputShape `[height, width, channels]` of the student; @param range what grey 0 and 255 are at the student's input.
   * @throws {InvalidConfigurationError} when a teacher takes pictures of another size.
   */
  constructor(
    teachers: readonly Teacher[],
    options: Distillation,
    inputShape: readonly number[],
    range: readonly [number, number],
  ) {
    for (const { model } of teachers) {
      const shape = model.inputs[0].shape.slice(1);
      if (`${shape}` === `${inputShape}`) continue;
      throw new InvalidConfigurationError({
        expected: `teachers that take the student's pictures, ${inputShape.join('×')}`,
        found: `one that takes ${shape.join('×')}`,
        fix: 'use a teacher trained on the same tensors',
      });
    }
    this.#teachers = teachers.map((teacher) => ({ teacher, logits: createLogitsModel(teacher.model) }));
    this.#options = options;
    this.#range = range;
  }

  /** The mean softened answer of the teachers `[batch, classes]` to pictures in the student's range. */
  answer(pictures: Tensor): Tensor2D {
    const { temperature } = this.#options;
    const [low, high] = this.#range;
    return tidy(() => {
      const answers = this.#teachers.map(({ logits, teacher }) => {
        const scale = (teacher.range[1] - teacher.range[0]) / (high - low);
        const isSame = scale === 1 && teacher.range[0] === low;
        const input = isSame ? pictures : add(mul(pictures, scalar(scale)), scalar(teacher.range[0] - low * scale));
        const soft = softmax(div(logits.apply(input, { training: false }) as Tensor, scalar(temperature)), -1);
        const isInOrder = teacher.classOf.every((own, index) => own === index);
        return isInOrder ? soft : gather(soft, [...teacher.classOf], 1);
      });
      return div(
        answers.reduce((total, answer) => add(total, answer)),
        scalar(answers.length),
      ) as Tensor2D;
    });
  }

  /** Mixes the loss against labels with temperature² × Kullback–Leibler divergence from the teachers' answer, mean over the batch. */
  combine(labelLoss: Tensor, logits: Tensor2D, answer: Tensor2D): Tensor {
    const { temperature, weight } = this.#options;
    const own = logSoftmax(div(logits, scalar(temperature)) as Tensor2D, -1);
    const floor = scalar(1e-30);
    const divergence = mean(sum(mul(answer, sub(log(add(answer, floor)), own)), 1));
    return add(mul(labelLoss, scalar(1 - weight)), mul(divergence, scalar(weight * temperature ** 2)));
  }
}
