import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VideoClock } from './video-clock.js';

test('stamps in order give their differences, from 0', () => {
  const clock = new VideoClock(25);
  const times = [7, 7.04, 7.5, 9].map((stamp) => clock.next(stamp));
  for (const [index, time] of [0, 0.04, 0.5, 2].entries()) expect(times[index]).toBeCloseTo(time, 9);
});

test('a clock that is set forward or back, and stamps that are missing, are one frame', () => {
  const clock = new VideoClock(10);
  const times = [100, 3700, 3700.1, 50, 50.2, undefined, Number.NaN, 50.5].map((stamp) => clock.next(stamp));
  for (const [index, time] of [0, 0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.8].entries())
    expect(times[index]).toBeCloseTo(time, 9);
});

test('whatever the stamps, time grows, by ten seconds at most', () => {
  const stamp = fc.oneof(fc.double(), fc.constant(undefined), fc.integer({ min: -5, max: 5 }));
  fc.assert(
    fc.property(fc.array(stamp, { minLength: 2 }), (stamps) => {
      const clock = new VideoClock(30);
      const times = stamps.map((each) => clock.next(each));
      expect(times[0]).toBe(0);
      for (let index = 1; index < times.length; index++) {
        expect(times[index]).toBeGreaterThan(times[index - 1] - 1e-12);
        expect(times[index] - times[index - 1]).toBeLessThanOrEqual(10 + 1e-9);
      }
    }),
  );
});
