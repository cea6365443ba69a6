import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { augmentationSchema } from './augmentation/augmentation-schema.js';
import { pipelineStepSchema } from './pipeline-schema.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const firstCells = readme.split('\n').flatMap((line) => line.match(/^\| (.+?) \|/)?.[1] ?? []);
const named = new Set(firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name)));

test('the README’s tables name every step, its options and every augmentation', () => {
  for (const { shape } of pipelineStepSchema.options) {
    const { step, ...options } = shape;
    expect(named).toContain(step.value);
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${step.value}\``));
    for (const option of Object.keys(options)) expect(row, `${option} of ${step.value}`).toContain(`\`${option}\``);
  }
  for (const name of Object.keys(augmentationSchema.shape)) expect(named).toContain(name);
});
