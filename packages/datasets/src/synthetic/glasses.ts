import { headRow, sectionAtHeight } from './head-surface.js';
import { computeNormals, createMesh, MATERIAL, type Mesh } from './mesh.js';
import type { Person } from './person.js';

type Point = readonly [number, number, number];

/** Frames of glasses: a rim around each eye, the bridge and the arms, as thin tubes; none when the person wears none. */
export function createGlasses(person: Person): Mesh[] {
  if (!person.glasses) return [];
  const front = headRow(person, sectionAtHeight(person, 0.02));
  const nose = front.centre + front.front + 0.075;
  const depth = (x: number): number => nose - 0.28 * x * x;
  const eyeX = 0.277 * person.eyeSpacing;
  const meshes: Mesh[] = [];
  for (const side of [-1, 1] as const) {
    const rim = Array.from({ length: 33 }, (_, index): Point => {
      const angle = (index / 32) * 2 * Math.PI;
      // A superellipse between round and square.
      const x = side * eyeX + 0.178 * Math.sign(Math.cos(angle)) * Math.abs(Math.cos(angle)) ** 0.75;
      const y = -0.015 + 0.135 * Math.sign(Math.sin(angle)) * Math.abs(Math.sin(angle)) ** 0.75;
      return [x, y, depth(x)];
    });
    meshes.push(tube(rim, 0.011));
    const hinge = side * (eyeX + 0.178);
    const ear = side * (headRow(person, sectionAtHeight(person, 0.03)).width + 0.015);
    meshes.push(
      tube(
        [
          [hinge, 0.03, depth(hinge)],
          [ear * 0.985, 0.035, 0.36],
          [ear, 0.04, 0.05],
          [ear, 0.02, -0.12],
        ],
        0.011,
      ),
    );
  }
  const inner = eyeX - 0.178;
  meshes.push(
    tube(
      [
        [-inner, 0.02, depth(inner)],
        [0, 0.036, nose + 0.02],
        [inner, 0.02, depth(inner)],
      ],
      0.01,
    ),
  );
  return meshes;
}

/** A tube around a line, round enough at this thickness with six sides. */
function tube(line: readonly Point[], radius: number): Mesh {
  const sides = 7;
  const mesh = createMesh(line.length, sides, MATERIAL.glasses, { doubleSided: true });
  for (let row = 0; row < line.length; row++) {
    const before = line[Math.max(0, row - 1)];
    const after = line[Math.min(line.length - 1, row + 1)];
    const along = normalise([after[0] - before[0], after[1] - before[1], after[2] - before[2]]);
    // Any two directions across the line: one of them level unless the line itself points sideways.
    const first = normalise(cross(along, Math.abs(along[2]) > 0.9 ? [0, 1, 0] : [0, 0, 1]));
    const second = cross(along, first);
    for (let column = 0; column < sides; column++) {
      const angle = (column / (sides - 1)) * 2 * Math.PI;
      const index = (row * sides + column) * 3;
      for (let axis = 0; axis < 3; axis++) {
        mesh.positions[index + axis] =
          line[row][axis] + radius * (Math.cos(angle) * first[axis] + Math.sin(angle) * second[axis]);
      }
    }
  }
  computeNormals(mesh);
  return mesh;
}

function cross(a: Point, b: Point): Point {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function normalise(vector: Point): Point {
  const length = Math.hypot(...vector) || 1;
  return [vector[0] / length, vector[1] / length, vector[2] / length];
}
