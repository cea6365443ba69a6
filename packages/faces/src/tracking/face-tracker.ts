import type { Box, Face } from '@mien/core';
import { intersectionOverUnion } from '../non-maximum-suppression.js';
import { parseOptions } from '../parse-options.js';
import { assign } from './assignment.js';
import { BoxTrack, sideOf } from './box-track.js';
import { type FaceTrackerOptions, type FaceTrackerOptionsInput, faceTrackerOptionsSchema } from './tracker-options.js';

/** A face that is followed over frames. */
export interface TrackedFace<Found extends Face = Face> {
  /** 1, 2, 3 … in the order in which faces were confirmed; never given twice. */
  readonly id: number;
  /** The box, smoothed over time; where the face is expected to be while it is missing. */
  readonly box: Box;
  /** The face as it was found in this frame; undefined while it is missing. */
  readonly face: Found | undefined;
  /** Seconds since it was last found; 0 when it was found in this frame. */
  readonly missing: number;
  /** Pixels a second. */
  readonly velocity: readonly [x: number, y: number];
  /** Frames in which it was found. */
  readonly hits: number;
}

/** Follows faces over the frames of one video. */
export interface FaceTracker<Found extends Face = Face> {
  /**
   * Takes in the faces of the next frame.
   * @param time of the frame in seconds, from any beginning. Frames may come at any distance; one that is earlier than the one before
   * (a clock that was set, a video that begins again) counts as one frame later.
   * @returns the confirmed faces, by id, those that are missing for a short while included.
   */
  update(faces: readonly Found[], time?: number): TrackedFace<Found>[];
  /** Forgets all faces: after a cut, say. Ids go on. */
  reset(): void;
}

/** Two boxes of one face in frames that follow each other differ in size by at most this factor. */
const MOST_GROWTH = 2;

interface Track<Found extends Face> {
  readonly motion: BoxTrack;
  id: number | undefined;
  face: Found | undefined;
  hits: number;
  bestScore: number;
  lastSeen: number;
}

/**
 * Follows faces from frame to frame: each one's motion is a Kalman filter's with constant velocity, and the faces found are given to those
 * expected so that distances and overlaps are best on the whole (Bewley et al. 2016, *Simple Online and Realtime Tracking*). It looks at
 * boxes only, so someone who leaves and comes back is somebody new.
 * @throws {InvalidConfigurationError} for options that do not fit {@link faceTrackerOptionsSchema}.
 */
export function createFaceTracker<Found extends Face = Face>(
  options: FaceTrackerOptionsInput = {},
): FaceTracker<Found> {
  const parsed = parseOptions(faceTrackerOptionsSchema, options, 'the face tracker', 'faceTrackerOptionsSchema');
  let tracks: Track<Found>[] = [];
  let lastTime: number | undefined;
  // The tracker's own clock never goes back.
  let now = 0;
  let ids = 0;

  const advance = (given: number | undefined) => {
    const time = Number.isFinite(given) ? given : undefined;
    const passed = time === undefined || lastTime === undefined ? undefined : time - lastTime;
    const seconds = passed !== undefined && passed >= 0 ? passed : 1 / parsed.frameRate;
    lastTime = time ?? (lastTime === undefined ? undefined : lastTime + seconds);
    now += seconds;
    tracks = tracks.filter(({ lastSeen }) => now - lastSeen <= parsed.maxGap);
    for (const { motion } of tracks) motion.predict(seconds);
  };

  return {
    update(faces, time) {
      advance(time);
      const expected = tracks.map(({ motion }) => motion.box);
      const costs = expected.map((box) => faces.map((face) => costOf(box, face.box, parsed)));
      const fresh = new Set(faces);
      for (const track of tracks) track.face = undefined;
      for (const [row, column] of assign(costs)) {
        const [track, face] = [tracks[row], faces[column]];
        track.motion.update(face.box);
        track.face = face;
        track.hits++;
        track.bestScore = Math.max(track.bestScore, face.score);
        track.lastSeen = now;
        fresh.delete(face);
      }
      // Not confirmed and missing again: a mistake of the detector.
      tracks = tracks.filter(({ id, face }) => id !== undefined || face !== undefined);
      for (const face of fresh) {
        const motion = new BoxTrack(face.box, parsed);
        tracks.push({ motion, id: undefined, face, hits: 1, bestScore: face.score, lastSeen: now });
      }
      for (const track of tracks) {
        if (track.id === undefined && isConfirmed(track, parsed)) track.id = ++ids;
      }
      return tracks
        .filter((track) => track.id !== undefined)
        .map(({ id, motion, face, hits, lastSeen }) => ({
          id: id as number,
          box: motion.box,
          face,
          missing: now - lastSeen,
          velocity: motion.velocity,
          hits,
        }))
        .sort((a, b) => a.id - b.id);
    },
    reset() {
      tracks = [];
    },
  };
}

function isConfirmed({ hits, bestScore }: Track<Face>, { confirmAfter, confirmScore }: FaceTrackerOptions): boolean {
  return hits >= confirmAfter && (confirmScore === undefined || bestScore >= confirmScore);
}

/**
 * How ill a face fits where one is expected, 0..1: half of it overlap, half distance, squared, because of plain distances the sum is often
 * the same when two faces on one line change places. Undefined when it cannot be the same.
 */
function costOf(expected: Box, found: Box, { maxDistance }: FaceTrackerOptions): number | undefined {
  const [side, otherSide] = [sideOf(expected), sideOf(found)];
  if (Math.max(side, otherSide) > MOST_GROWTH * Math.min(side, otherSide)) return undefined;
  const dx = found.x + found.width / 2 - expected.x - expected.width / 2;
  const dy = found.y + found.height / 2 - expected.y - expected.height / 2;
  const distance = Math.hypot(dx, dy) / ((side + otherSide) / 2);
  const overlap = intersectionOverUnion(expected, found);
  if (overlap === 0 && distance > maxDistance) return undefined;
  // Boxes that touch are less than their diagonal apart.
  const away = Math.min(1, distance / Math.max(maxDistance, Math.SQRT2));
  return ((1 - overlap) ** 2 + away ** 2) / 2;
}
