import type { Teacher } from '../loss/distillation.js';
import { type RecipeContext, type RecipeResult, type Stage, type TrainedStage, trainLastStage } from './stage.js';

/**
 * Born-again networks (Furlanello et al. 2018, arXiv 1805.04619): teachers of the student's own kind are trained on the same samples, each from
 * another seed; then the student learns from what they say together, and from the labels. So one network has much of what an ensemble gives, at
 * the cost of one.
 * @param teachers networks of the student's classes, in its order.
 * @param student its configuration has a `distillation`; teachers that it brings have their say too.
 * @param startFrom what every one of them begins with.
 */
export async function trainBornAgain(
  context: RecipeContext,
  teachers: readonly Stage[],
  student: Stage,
  startFrom: readonly Pick<TrainedStage, 'weights' | 'labels'>[] = [],
): Promise<RecipeResult> {
  const stages: TrainedStage[] = [];
  const answering: Teacher[] = [];
  try {
    for (const teacher of teachers) {
      const { model, ...trained } = await trainLastStage(context, teacher, startFrom);
      answering.push({ model, range: teacher.train.range, classOf: [...teacher.labels.keys()] });
      stages.push(trained);
    }
    const { model, ...trained } = await trainLastStage(
      context,
      { ...student, teachers: [...(student.teachers ?? []), ...answering] },
      startFrom,
    );
    return { model, stages: [...stages, trained] };
  } finally {
    for (const { model } of answering) model.dispose();
  }
}
