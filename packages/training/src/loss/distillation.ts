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
   * @param student the network that learns, whose inputs the teachers must take; @param range what grey 0 and 255 are at its first input.
   * @throws {InvalidConfigurationError} when a teacher takes pictures of another size, or other inputs.
   */
  constructor(
    teachers: readonly Teacher[],
    options: Distillation,
    student: LayersModel,
    range: readonly [number, number],
  ) {
    for (const { model } of teachers) {
      if (describeInputs(model) === describeInputs(student)) continue;
      throw new InvalidConfigurationError({
        expected: `teachers that take what the student takes, ${describeInputs(student)}`,
        found: `one that takes ${describeInputs(model)}`,
        fix: 'use a teacher trained on the same tensors',
      });
    }
    this.#teachers = teachers.map((teacher) => ({ teacher, logits: createLogitsModel(teacher.model) }));
    this.#options = options;
    this.#range = range;
  }

  /** The mean softened answer of the teachers `[batch, classes]` to the student's inputs, of which the first are pictures in its range. */
  answer([pictures, ...others]: readonly Tensor[]): Tensor2D {
    const { temperature } = this.#options;
    const [low, high] = this.#range;
    return tidy(() => {
      const answers = this.#teachers.map(({ logits, teacher }) => {
        const scale = (teacher.range[1] - teacher.range[0]) / (high - low);
        const isSame = scale === 1 && teacher.range[0] === low;
        const input = isSame ? pictures : add(mul(pictures, scalar(scale)), scalar(teacher.range[0] - low * scale));
        const own = logits.apply([input, ...others], { training: false }) as Tensor;
        const soft = softmax(div(own, scalar(temperature)), -1);
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

/** `48×48×1`, or `5×64×64 and 98`. */
function describeInputs({ inputs }: LayersModel): string {
  return inputs.map(({ shape }) => shape.slice(1).join('×')).join(' and ');
}
