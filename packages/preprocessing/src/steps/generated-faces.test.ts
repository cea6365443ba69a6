import { EMOTIONS } from '@mien/core';
import { createPerson, locateLandmarks, renderFace, sampleFaceParameters } from '@mien/datasets';
import { createHaarDetector } from '@mien/faces';
import { expect, test } from 'vitest';

/** As the sample set draws them (datasets/synthetic/dataset.yaml). */
const SIZE = { width: 211, height: 286 };
const SEED = 1;
const PEOPLE = 6;

test('the default recipe finds 95 % of the generated frontal faces, where they are', async () => {
  const detector = await createHaarDetector();
  let pictures = 0;
  const missed: string[] = [];
  try {
    for (const gender of ['female', 'male'] as const) {
      for (let number = 1; number <= PEOPLE; number++) {
        const person = createPerson(SEED, gender, number);
        for (const emotion of EMOTIONS) {
          const parameters = sampleFaceParameters({
            seed: SEED,
            person,
            session: 'A',
            emotion,
            angle: 'S',
            size: SIZE,
          });
          const [best] = await detector.detect(await renderFace(parameters), { bestOnly: true });
          pictures++;
          // iBUG 300-W: 30 is the nose's tip, 36 and 45 the eyes' outer corners.
          const points = locateLandmarks(parameters);
          const eyes = points[45][0] - points[36][0];
          const hit =
            best !== undefined &&
            Math.abs(best.box.x + best.box.width / 2 - points[30][0]) < 0.35 * eyes &&
            Math.abs(best.box.y + best.box.height / 2 - points[30][1]) < 0.5 * eyes &&
            best.box.width > 1.2 * eyes &&
            best.box.width < 3 * eyes;
          if (!hit) missed.push(`${person.id} ${emotion}`);
        }
      }
    }
  } finally {
    detector.dispose();
  }
  expect(missed.length / pictures, missed.join(', ')).toBeLessThanOrEqual(0.05);
});
