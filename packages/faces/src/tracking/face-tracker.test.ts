import { createRandom, type Face, InvalidConfigurationError } from '@mien/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFaceTracker } from './face-tracker.js';

function faceAt(centreX: number, centreY: number, side: number): Face {
  return { box: { x: centreX - side / 2, y: centreY - side / 2, width: side, height: side }, score: 1 };
}

/** A face that moves evenly; `who` is what the tracker must not know. */
interface Walker {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly speedX: number;
  readonly speedY: number;
}

interface Labelled extends Face {
  readonly who: number;
}

function scene(walkers: readonly Walker[], seconds: number, noise: (share: number) => number): Labelled[] {
  return walkers.map(({ x, y, side, speedX, speedY }, who) => {
    const size = side * (1 + noise(0.02));
    const face = faceAt(x + speedX * seconds + noise(0.03) * side, y + speedY * seconds + noise(0.03) * side, size);
    return { ...face, who };
  });
}

describe('ids', () => {
  test('stay with their people while these cross, at any speed, noise, order of faces and frame rate', () => {
    const crossing = fc.record({
      seed: fc.integer(),
      side: fc.double({ min: 40, max: 200, noNaN: true }),
      // In sides a second; slower than this, two people are in each other's place for longer than noise lasts.
      speed: fc.double({ min: 1.5, max: 6, noNaN: true }),
      // One passes behind the other's shoulder: both faces are seen all the time.
      apart: fc.double({ min: 0.3, max: 1.2, noNaN: true }),
      frameRate: fc.integer({ min: 12, max: 60 }),
    });
    fc.assert(
      fc.property(crossing, ({ seed, side, speed, apart, frameRate }) => {
        const random = createRandom(seed, 'crossing');
        const tracker = createFaceTracker<Labelled>();
        const way = 3 * side;
        const walkers: Walker[] = [
          { x: 500 - way, y: 300, side, speedX: speed * side, speedY: 0 },
          { x: 500 + way, y: 300 + apart * side, side, speedX: -speed * side, speedY: 0 },
        ];
        const ids = new Map<number, Set<number>>();
        for (let seconds = 0; seconds < 6 / speed; seconds += (1 / frameRate) * random.uniform(0.7, 1.3)) {
          const faces = scene(walkers, seconds, (share) => random.normal(0, share));
          for (const { id, face } of tracker.update(random.shuffle(faces), seconds)) {
            if (face) ids.set(face.who, (ids.get(face.who) ?? new Set()).add(id));
          }
        }
        expect([...ids.values()].map((set) => set.size)).toEqual([1, 1]);
        expect(ids.get(0)).not.toEqual(ids.get(1));
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test('outlast a gap in which the face goes on moving, and no longer one than maxGap', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.05, max: 0.9, noNaN: true }), (seed, gap) => {
        const random = createRandom(seed, 'gap');
        const walker = { x: 100, y: 100, side: 80, speedX: random.uniform(-120, 120), speedY: random.uniform(-60, 60) };
        const seen = (maxGap: number) => {
          const tracker = createFaceTracker<Labelled>({ maxGap });
          const found = new Set<number>();
          for (let frame = 0; frame < 75; frame++) {
            const seconds = frame / 25;
            const hidden = seconds > 1 && seconds < 1 + gap;
            const faces = hidden ? [] : scene([walker], seconds, (share) => random.normal(0, share / 3));
            for (const { id } of tracker.update(faces, seconds)) found.add(id);
          }
          return found.size;
        };
        expect(seen(1)).toBe(1);
        if (gap > 0.1) expect(seen(gap - 0.05)).toBe(2);
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  test('of several people are all different, each frame, and never given again', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.array(fc.tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 400 })), { maxLength: 5 }),
          { maxLength: 30 },
        ),
        (frames) => {
          const tracker = createFaceTracker({ confirmAfter: 1, maxGap: 0.1 });
          let highest = 0;
          for (const frame of frames) {
            const faces = frame.map(([x, y]) => faceAt(x, y, 60));
            const tracked = tracker.update(faces);
            const ids = tracked.map(({ id }) => id);
            expect(new Set(ids).size).toBe(ids.length);
            // Each face found belongs to exactly one id, and new ids are new numbers.
            expect(new Set(tracked.flatMap(({ face }) => face ?? []))).toEqual(new Set(faces));
            for (const { id, hits, missing } of tracked)
              if (hits === 1 && missing === 0) expect(id).toBeGreaterThan(highest);
            highest = Math.max(highest, ...ids);
          }
        },
      ),
      { seed: 5, numRuns: 200 },
    );
  });

  test('are given to a face once it was found confirmAfter times in a row', () => {
    const tracker = createFaceTracker({ confirmAfter: 3 });
    const face = faceAt(100, 100, 50);
    expect(tracker.update([face])).toEqual([]);
    expect(tracker.update([face])).toEqual([]);
    // A frame without it: not three in a row.
    expect(tracker.update([])).toEqual([]);
    expect(tracker.update([face])).toEqual([]);
    expect(tracker.update([face])).toEqual([]);
    const [tracked] = tracker.update([face]);
    expect(tracked).toMatchObject({ id: 1, missing: 0, hits: 3 });
    expect(tracked.face).toBe(face);
  });

  test('are given to a face that reached confirmScore once, whatever its score before and after', () => {
    const tracker = createFaceTracker({ confirmAfter: 2, confirmScore: 0.7 });
    const seen = (score: number) => tracker.update([{ ...faceAt(100, 100, 50), score }]).map(({ id }) => id);
    expect([0.6, 0.6, 0.69, 0.7, 0.2, 0.4].map(seen)).toEqual([[], [], [], [1], [1], [1]]);
    // Nor is one sight enough, however clear.
    const another = createFaceTracker({ confirmAfter: 2, confirmScore: 0.7 });
    expect(another.update([{ ...faceAt(100, 100, 50), score: 0.99 }])).toEqual([]);
  });

  test('a face somewhere else, or of another size, is somebody else', () => {
    const tracker = createFaceTracker({ confirmAfter: 1 });
    expect(tracker.update([faceAt(100, 100, 50)]).map(({ id }) => id)).toEqual([1]);
    const ids = (face: Face) => tracker.update([face]).flatMap(({ id, face: found }) => (found ? [id] : []));
    expect(ids(faceAt(300, 100, 50))).toEqual([2]);
    expect(ids(faceAt(300, 100, 140))).toEqual([3]);
    expect(ids(faceAt(300, 100, 140))).toEqual([3]);
  });
});

describe('time', () => {
  test('going back counts as one frame, and a face keeps its id', () => {
    const tracker = createFaceTracker({ confirmAfter: 1 });
    const times = [1000, 1000.04, 1000.08, 3, 3.04, 3.08, -5, Number.NaN, 12, 12.04];
    const ids = times.map((time) => tracker.update([faceAt(100, 100, 50)], time).map(({ id }) => id));
    // From -5 to 12 more than maxGap seconds pass: somebody else may be there.
    expect(ids.slice(0, 8)).toEqual(Array(8).fill([1]));
    expect(ids.slice(8)).toEqual([[2], [2]]);
  });

  test('passes in `missing`, while the box goes on as it was moving', () => {
    const tracker = createFaceTracker({ confirmAfter: 1, maxGap: 2 });
    for (let frame = 0; frame < 50; frame++) tracker.update([faceAt(100 + 4 * frame, 100, 50)], frame / 25);
    const [tracked] = tracker.update([], 49 / 25 + 0.5);
    expect(tracked.face).toBeUndefined();
    expect(tracked.missing).toBeCloseTo(0.5, 6);
    expect(tracked.velocity[0]).toBeCloseTo(100, 0);
    expect(tracked.box.x + tracked.box.width / 2).toBeCloseTo(100 + 4 * 49 + 50, 0);
  });

  test('a reset forgets faces, not numbers', () => {
    const tracker = createFaceTracker({ confirmAfter: 1 });
    tracker.update([faceAt(100, 100, 50)]);
    tracker.reset();
    expect(tracker.update([])).toEqual([]);
    expect(tracker.update([faceAt(100, 100, 50)]).map(({ id }) => id)).toEqual([2]);
  });
});

test('the box shakes less than the detector’s', () => {
  const random = createRandom(1, 'jitter');
  const tracker = createFaceTracker({ confirmAfter: 1 });
  let [raw, smooth] = [0, 0];
  let before: { raw: number; smooth: number } | undefined;
  for (let frame = 0; frame < 300; frame++) {
    const face = faceAt(200 + random.normal(0, 3), 200, 100);
    const [{ box }] = tracker.update([face]);
    if (before) {
      raw += (face.box.x - before.raw) ** 2;
      smooth += (box.x - before.smooth) ** 2;
    }
    before = { raw: face.box.x, smooth: box.x };
  }
  expect(smooth).toBeLessThan(0.5 * raw);
});

test('options that do not fit are refused by name', () => {
  expect(() => createFaceTracker({ maxGap: -1 })).toThrow(InvalidConfigurationError);
  expect(() => createFaceTracker({ maxGap: -1 })).toThrow(/maxGap/);
  expect(() => createFaceTracker({ gap: 1 } as never)).toThrow(/gap/);
});
