import { computeNormals, createMesh, MATERIAL, type Mesh } from './mesh.js';
import { clamp, lerp, smoothstep, spline } from './numeric.js';
import type { Person } from './person.js';

/** Neck, shoulders and chest as sections: height, half width, half depth, z of the middle. */
const SECTIONS = {
  y: [-0.45, -0.7, -0.95, -1.12, -1.22, -1.3, -1.38, -1.48, -1.62, -1.85, -2.4],
  width: [0.36, 0.355, 0.36, 0.39, 0.47, 0.66, 1.0, 1.3, 1.5, 1.6, 1.58],
  depth: [0.36, 0.36, 0.365, 0.38, 0.4, 0.42, 0.43, 0.43, 0.45, 0.5, 0.52],
  middle: [-0.12, -0.14, -0.17, -0.2, -0.22, -0.24, -0.25, -0.25, -0.24, -0.22, -0.2],
};

/** Neck and shoulders; attributes are the angle around the neck and the height. */
export function createBody(person: Person): Mesh {
  const rows = 34;
  const columns = 41;
  const mesh = createMesh(rows, columns, MATERIAL.body);
  const last = SECTIONS.y.length - 1;
  for (let row = 0; row < rows; row++) {
    const t = (row / (rows - 1)) * last;
    const y = spline(SECTIONS.y, t);
    const neck = smoothstep(-1.5, -1.1, y);
    const broad = person.gender === 'male' ? 1.08 : 0.96;
    const width = spline(SECTIONS.width, t) * lerp(broad, person.neckWidth, neck);
    const depth = spline(SECTIONS.depth, t) * lerp(broad, person.neckWidth, neck);
    for (let column = 0; column < columns; column++) {
      const angle = ((column / (columns - 1)) * 2 - 1) * Math.PI;
      const index = row * columns + column;
      const forward = Math.max(0, Math.cos(angle));
      mesh.positions[index * 3] = width * Math.sin(angle);
      // Shoulders rise to the sides of the neck; the collar bones' line falls towards the middle.
      mesh.positions[index * 3 + 1] = y - 0.08 * forward * smoothstep(-1.15, -1.35, y);
      mesh.positions[index * 3 + 2] = spline(SECTIONS.middle, t) + depth * Math.cos(angle);
      mesh.attributes[index * 2] = angle;
      mesh.attributes[index * 2 + 1] = y;
    }
  }
  computeNormals(mesh);
  return mesh;
}

/** Whether the body at (angle, height) is cloth (1) or skin (0), by a round neckline. */
export function clothAt(person: Person, angle: number, y: number): number {
  const neckline = person.gender === 'male' ? -1.26 : -1.34;
  const edge = neckline - 0.1 * Math.max(0, Math.cos(angle));
  return smoothstep(edge + 0.008, edge - 0.008, y);
}

/**
 * An ear as a disc: attributes are polar coordinates turned into −1..1 across and up, for its painter.
 * @param width the head's half width at the ear.
 */
export function createEar(person: Person, side: -1 | 1, width: number): Mesh {
  const rows = 12;
  const columns = 25;
  const mesh = createMesh(rows, columns, MATERIAL.ear, { doubleSided: true });
  const size = person.earSize;
  for (let row = 0; row < rows; row++) {
    const r = row / (rows - 1);
    for (let column = 0; column < columns; column++) {
      const angle = (column / (columns - 1)) * 2 * Math.PI;
      const index = row * columns + column;
      const up = r * Math.cos(angle);
      const back = r * Math.sin(angle);
      // Narrower towards the lobe; the rim and the back stand away from the head.
      const breadth = 0.105 * (1 + 0.28 * up - 0.1 * up * up);
      const rim = r > 0.75 ? 0.022 * (1 - ((r - 0.87) / 0.13) ** 2) : 0;
      const away = 0.012 + 0.038 * clamp(0.5 + 0.5 * back) + 0.016 * up + rim - 0.014 * (1 - r);
      mesh.positions[index * 3] = side * (width - 0.02 + size * away);
      mesh.positions[index * 3 + 1] = -0.06 + size * 0.185 * up;
      mesh.positions[index * 3 + 2] = -0.12 - size * (breadth * back + 0.03 * up);
      mesh.attributes[index * 2] = back;
      mesh.attributes[index * 2 + 1] = up;
    }
  }
  computeNormals(mesh);
  return mesh;
}
