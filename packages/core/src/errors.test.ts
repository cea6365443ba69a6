import { expect, test } from 'vitest';
import { InvalidDataError, MienError, WriteFailedError } from './errors.js';

const parts = { expected: '2,304 pixels', found: '12 in row 7', fix: 'download the file again', details: { row: 7 } };

test('a message has three parts, the fields are structured, the code and exit code are stable', () => {
  const error = new InvalidDataError(parts);
  expect(error.message).toBe('expected 2,304 pixels; found 12 in row 7. Download the file again.');
  expect(error).toMatchObject({
    name: 'InvalidDataError',
    code: 'MIEN_INVALID_DATA',
    exitCode: 2,
    details: { row: 7 },
  });
  expect(new WriteFailedError(parts).exitCode).toBe(1);
});

test('an error from another copy of the package is recognised, others are not', () => {
  expect(MienError.isInstance(new InvalidDataError(parts))).toBe(true);
  expect(MienError.isInstance({ [Symbol.for('mien.error')]: true })).toBe(true);
  for (const other of [new Error('x'), null, 'MIEN', {}]) expect(MienError.isInstance(other)).toBe(false);
});
