import type { FaceGeometry } from './face-geometry.js';
import { facePoint, headColumn, headRow, type SurfacePoint, sectionAtHeight } from './head-surface.js';
import { computeNormals, createMesh, MATERIAL, type Mesh } from './mesh.js';

/** Fine in front, where the features are; coarse at the back of the head. */
const ANGLES = (() => {
  const half: number[] = [];
  for (let degrees = 0; degrees < 66; degrees += 1.65) half.push(degrees);
  for (let degrees = 66; degrees < 96; degrees += 3) half.push(degrees);
  for (let degrees = 96; degrees <= 180; degrees += 7) half.push(degrees);
  return [
    ...half
      .slice(1)
      .reverse()
      .map((degrees) => -degrees),
    ...half,
  ].map((degrees) => (degrees * Math.PI) / 180);
})();

const COLUMNS = ANGLES.map(headColumn);

/** The head with face, ears left out; attributes are the face coordinates x and y after all movements. */
export function createHeadMesh(face: FaceGeometry): Mesh {
  const { person } = face;
  const heights: number[] = [];
  for (let row = 0; row < 8; row++) heights.push((row / 8) * sectionAtHeight(person, 0.62));
  const low = -0.97 * person.lowerFace;
  for (let y = 0.62; y > low; y -= y > 0.32 ? 0.05 : 0.019) heights.push(sectionAtHeight(person, y));
  const from = heights[heights.length - 1];
  for (let row = 1; row <= 6; row++) heights.push(from + ((1 - from) * row) / 6);
  const mesh = createMesh(heights.length, COLUMNS.length, MATERIAL.skin);
  const point: SurfacePoint = { x: 0, y: 0, z: 0 };
  let index = 0;
  for (const t of heights) {
    const row = headRow(person, t);
    for (const column of COLUMNS) {
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
