/** Mien as a contestant of `bench preprocessing`. Argument: a `PreprocessingWork` as JSON. */
import type { Sample } from '@mien/core';
import { openDataset } from '@mien/datasets';
import { createPipeline } from '@mien/preprocessing';
import { createPictureRunner } from '@mien/preprocessing/node';
import { answerTurns, say } from '../answer-turns.js';
import { type PreprocessingWork, pipelineOf } from './work.js';

const work: PreprocessingWork = JSON.parse(process.argv[2]);

try {
  const dataset = await openDataset({ type: 'kdef', path: work.folder });
  const samples: Sample[] = [];
  for await (const sample of dataset.samples()) samples.push(sample);
  const pipeline = await createPipeline(pipelineOf(work));
  const runner = createPictureRunner(pipeline, work.threads);
  const turn = () => Promise.all(samples.map((sample) => runner.run(sample)));
  const results = await turn();
  let sum = 0;
  let faces = 0;
  for (const result of results) {
    if (result.kind !== 'image') throw new Error(`a picture became ${result.kind}`);
    sum += result.image.data.reduce((total, level) => total + level, 0) / result.image.data.length;
    if (result.face) faces++;
  }
  const found = work.searchSize > 0 ? `, ${faces} faces` : '';
  const description = `${work.threads} threads${found}, mean level ${(sum / results.length).toFixed(2)}`;
  await answerTurns(description, async () => {
    await turn();
  });
  await runner.close();
} catch (error) {
  say({ unavailable: error instanceof Error ? error.message : String(error) });
}
