import type { FaceGeometry } from './face-geometry.js';
import { facePoint, type HeadColumn, headColumn, headRow, type SurfacePoint, sectionAtHeight } from './head-surface.js';
import { computeNormals, createMesh, MATERIAL, type Mesh } from './mesh.js';

/** Fine in front, where the features are; coarse at the back of the head. */
function columnsFor(spacing: number): HeadColumn[] {
  const half: number[] = [];
  const fine = Math.max(1.4, (spacing / 0.67) * (180 / Math.PI));
  let degrees = 0;
  for (; degrees < 66; degrees += fine) half.push(degrees);
  for (; degrees < 96; degrees += 1.8 * fine) half.push(degrees);
  for (; degrees < 176; degrees += 4.2 * fine) half.push(degrees);
  half.push(180);
  const mirrored = half.slice(1).reverse();
  return [...mirrored.map((angle) => -angle), ...half].map((angle) => headColumn((angle * Math.PI) / 180));
}

/**
 * The head with face, ears left out; attributes are the face coordinates x and y after all movements.
 * @param spacing distance of neighbouring points on the face, in units.
 */
export function createHeadMesh(face: FaceGeometry, spacing = 0.019): Mesh {
  const columns = columnsFor(spacing);
  const { person } = face;
  const heights: number[] = [];
  for (let row = 0; row < 8; row++) heights.push((row / 8) * sectionAtHeight(person, 0.62));
  const low = -0.97 * person.lowerFace;
  for (let y = 0.62; y > low; y -= y > 0.32 ? 2.5 * spacing : spacing) heights.push(sectionAtHeight(person, y));
  const from = heights[heights.length - 1];
  for (let row = 1; row <= 6; row++) heights.push(from + ((1 - from) * row) / 6);
  const mesh = createMesh(heights.length, columns.length, MATERIAL.skin);
  const point: SurfacePoint = { x: 0, y: 0, z: 0 };
  let index = 0;
  for (const t of heights) {
    const row = headRow(person, t);
    for (const column of columns) {
      facePoint(face, row, column, point);
      mesh.positions[index * 3] = point.x;
      mesh.positions[index * 3 + 1] = point.y;
      mesh.positions[index * 3 + 2] = point.z;
      // Paint belongs to the front: behind the ears the coordinate is pushed out of every feature's reach.
      mesh.attributes[index * 2] = column.deep < 0 ? Math.sign(column.angle) * (0.7 - column.deep) : point.x;
      mesh.attributes[index * 2 + 1] = point.y;
      index++;
    }
  }
  computeNormals(mesh);
  return mesh;
}
