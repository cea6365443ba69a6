import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createTokenCheck } from './authentication.js';
import { UnauthorizedError } from './errors.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('a token is let in when its digest is known, whatever the place in the list', () => {
  const check = createTokenCheck([sha256('first'), sha256('second')]);
  for (const header of ['Bearer first', 'Bearer second', 'bearer  second']) expect(() => check(header)).not.toThrow();
});

test.each([
  undefined,
  '',
  'first',
  'Bearer',
  'Bearer ',
  'Basic first',
  'Bearer firs',
  'Bearer first second',
  `Bearer ${sha256('first')}`,
])('%s is refused', (header) => {
  const check = createTokenCheck([sha256('first'), sha256('')]);
  expect(() => check(header)).toThrow(UnauthorizedError);
});

test('without digests everybody is let in', () => {
  expect(() => createTokenCheck([])(undefined)).not.toThrow();
});
