import { type HeadRow, headColumn, headPoint, headRow, type SurfacePoint, sectionAtHeight } from './head-surface.js';
import { computeNormals, createMesh, MATERIAL, type Mesh } from './mesh.js';
import { clamp, lerp, noise, smoothstep, spline } from './numeric.js';
import type { HairStyle, Person } from './person.js';

/** Lowest height at which a style has hair, at 15° steps from the front (0°) to the back (180°). */
const EDGES: Readonly<Record<HairStyle, readonly number[]>> = {
  short: [0.6, 0.59, 0.56, 0.44, 0.12, -0.16, 0.1, 0.02, -0.3, -0.42, -0.46, -0.48, -0.48],
  crop: [0.61, 0.6, 0.57, 0.46, 0.2, -0.06, 0.14, 0.08, -0.2, -0.34, -0.4, -0.42, -0.42],
  bald: [0.93, 0.92, 0.88, 0.74, 0.42, 0.0, 0.06, 0.1, 0.05, 0, -0.25, -0.36, -0.36],
  bob: [0.56, 0.55, 0.5, 0.32, -0.1, -0.72, -0.8, -0.8, -0.8, -0.8, -0.8, -0.8, -0.8],
  long: [0.6, 0.58, 0.52, 0.36, 0.05, -0.6, -3, -3, -3, -3, -3, -3, -3],
  tied: [0.6, 0.59, 0.55, 0.44, 0.16, -0.02, 0.14, 0.02, -0.3, -0.42, -0.46, -0.48, -0.48],
};

const THICKNESS: Readonly<Record<HairStyle, number>> = {
  short: 0.085,
  crop: 0.03,
  bald: 0.022,
  bob: 0.1,
  long: 0.095,
  tied: 0.05,
};
const BOTTOM: Readonly<Record<HairStyle, number>> = {
  short: -0.52,
  crop: -0.46,
  bald: -0.4,
  bob: -0.86,
  long: -1.62,
  tied: -0.52,
};

/** Lowest height of the hair at an angle around the head (radians, 0 in front), with the person's own hairline. */
function hairEdge(person: Person, angle: number): number {
  const degrees = (Math.abs(angle) * 180) / Math.PI;
  const front = smoothstep(60, 20, degrees);
  const side = Math.sign(angle) * person.parting;
  const peak = person.hairStyle === 'bob' ? -0.2 * (1 - Math.abs(person.parting)) : 0;
  const temple = person.gender === 'male' ? 0.05 * person.age * Math.exp(-(((degrees - 32) / 14) ** 2)) : 0;
  return spline(EDGES[person.hairStyle], degrees / 15) + front * (person.hairline + peak + 0.03 * side) + temple;
}

/** The hair's edge over the forehead for face coordinates x = −.7 … .7, in 57 steps, for painting the skin below it. */
export function hairEdgeTable(person: Person, width: number): Float32Array {
  return Float32Array.from({ length: 57 }, (_, index) => {
    const x = (index - 28) / 40;
    const angle = Math.sign(x) * Math.asin(clamp(Math.abs(x) / width) ** (1 / 0.9));
    return hairEdge(person, angle);
  });
}

/** The hair as a shell over the head; attributes are the angle and the height, coverage is positive where there is hair. */
export function createHair(person: Person): Mesh {
  const style = person.hairStyle;
  const rows = 56;
  const columns = 121;
  const mesh = createMesh(rows, columns, MATERIAL.hair, { covered: true, doubleSided: true });
  const coverage = mesh.coverage as Float32Array;
  const thickness = THICKNESS[style];
  const bottom = BOTTOM[style];
  const fallsFrom = -0.05;
  const splitAt = sectionAtHeight(person, fallsFrom);
  const falling = style === 'bob' || style === 'long';
  const topRows = falling ? 30 : rows;
  const end = falling ? splitAt : sectionAtHeight(person, bottom);
  const point: SurfacePoint = { x: 0, y: 0, z: 0 };
  const widest = headRow(person, splitAt);
  const lines = Array.from({ length: columns }, (_, column) =>
    headColumn(((column / (columns - 1)) * 2 - 1) * Math.PI),
  );
  for (let row = 0; row < rows; row++) {
    const onHead = row < topRows;
    const section = onHead
      ? headRow(person, (row / (topRows - 1)) * end)
      : curtain(widest, person, fallsFrom, bottom, (row - topRows + 1) / (rows - topRows));
    for (let column = 0; column < columns; column++) {
      const line = lines[column];
      const index = row * columns + column;
      headPoint(section, line, point);
      const edge = hairEdge(person, line.angle);
      const ragged = 0.012 * noise(line.angle * 9 + 31, 5) + 0.014 * noise(line.angle * 60, 9);
      coverage[index] = section.y - edge - ragged;
      // Thin where it begins, full further in; volume on top and, where it falls, at the sides.
      const body =
        thickness *
        (0.3 + 0.7 * smoothstep(0, 0.2, section.y - edge)) *
        (onHead ? 1 : 1 - 0.35 * smoothstep(-0.5, -1.5, section.y));
      const wave = falling
        ? 0.022 *
          person.wave *
          Math.sin(section.y * 13 + Math.sin(line.angle * 3) * 2) *
          smoothstep(0.1, -0.4, section.y)
        : 0;
      const volume = body * (1 + 0.25 * noise(line.angle * 4 + 3, section.y * 3)) + wave;
      // Away from the middle of the skull, so that the crown stays round; level below it.
      const rise = Math.max(0, section.y - 0.25);
      const radius = Math.hypot(point.x, rise, point.z - section.centre) || 1;
      mesh.positions[index * 3] = point.x + (point.x / radius) * volume;
      mesh.positions[index * 3 + 1] = point.y + (rise / radius) * volume;
      mesh.positions[index * 3 + 2] = point.z + ((point.z - section.centre) / radius) * volume;
      mesh.attributes[index * 2] = line.angle;
      mesh.attributes[index * 2 + 1] = section.y;
    }
  }
  computeNormals(mesh);
  return mesh;
}

/** Below the ears falling hair no longer follows the head: sections that narrow a little and move back over the shoulders. */
function curtain(widest: HeadRow, person: Person, from: number, to: number, t: number): HeadRow {
  const inward =
    person.hairStyle === 'bob'
      ? 0.1 * smoothstep(0.5, 1, t) - 0.03 * Math.sin(Math.PI * t)
      : 0.08 * smoothstep(0, 0.5, t);
  return {
    t: 1,
    y: lerp(from, to, t),
    width: widest.width * (1 - inward),
    centre: widest.centre - 0.1 * t,
    front: widest.front * (1 - 0.15 * t),
    back: widest.back * (1 - 0.25 * smoothstep(0, 0.5, t)),
  };
}

/** A knot of hair at the back of the head, for tied hair; attributes as for hair. */
export function createKnot(person: Person): Mesh {
  const rows = 17;
  const columns = 25;
  const mesh = createMesh(rows, columns, MATERIAL.hair);
  for (let row = 0; row < rows; row++) {
    const polar = (row / (rows - 1)) * Math.PI;
    for (let column = 0; column < columns; column++) {
      const angle = ((column / (columns - 1)) * 2 - 1) * Math.PI;
      const index = row * columns + column;
      const radius = 0.21 * (1 + 0.06 * Math.sin(angle * 5 + polar * 4));
      mesh.positions[index * 3] = radius * Math.sin(polar) * Math.sin(angle);
      mesh.positions[index * 3 + 1] = 0.42 + radius * Math.cos(polar);
      mesh.positions[index * 3 + 2] = -0.95 + radius * 0.85 * Math.sin(polar) * Math.cos(angle);
      mesh.attributes[index * 2] = angle * 2 + polar;
      mesh.attributes[index * 2 + 1] = 0.4 + 0.2 * person.wave * Math.sin(angle * 3);
    }
  }
  computeNormals(mesh);
  return mesh;
}

/** Brightness of a strand at (angle, height): fine streaks that follow the hair, in coarser locks; around 1. */
export function strandBrightness(person: Person, angle: number, y: number): number {
  const bend = person.wave * 0.12 * Math.sin(y * 11 + angle * 2) + 0.15 * y * person.parting;
  const a = angle + bend;
  return clamp(
    1 + 0.28 * noise(a * 62, y * 3.1) + 0.2 * noise(a * 23 + 70, y * 2.3 + 4) + 0.12 * noise(a * 120, y * 6),
    0.3,
    1.8,
  );
}
