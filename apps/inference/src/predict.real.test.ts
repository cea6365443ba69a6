import { join } from 'node:path';
import { decodeImage } from '@mien/datasets';
import { expect, test } from 'vitest';
import { createEmotionReader } from './emotion-reader.js';

const data = process.env.MIEN_REAL_DATA;

test.skipIf(!data)('five people are found in the group photo, and those who laugh are read as happy', async () => {
  const reader = await createEmotionReader();
  const faces = await reader.read(await decodeImage(join(data!, 'photos', 'multi_face.jpg')));
  reader.dispose();
  // Left to right: a man with sunglasses who smiles, a woman who laughs, a man who does not, two women who laugh.
  const fromTheLeft = [...faces].sort((a, b) => a.box.x - b.box.x).map(({ label }) => label);
  expect(fromTheLeft).toHaveLength(5);
  expect([0, 1, 3, 4].map((index) => fromTheLeft[index])).toEqual(['happy', 'happy', 'happy', 'happy']);
  expect(fromTheLeft[2]).not.toBe('happy');
});
