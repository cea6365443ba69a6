// Prints the reference head of @mien/preprocessing's `frontalise`, the mean of generated heads at rest. Build @mien/datasets first.
//   node scripts/make-reference-head.mjs > ../preprocessing/src/steps/frontalise/reference-head.ts
import { createFaceGeometry } from '../dist/synthetic/face-geometry.js';
import { createHeadMesh } from '../dist/synthetic/head-mesh.js';
import { faceLandmarks } from '../dist/synthetic/landmarks.js';
import { createPerson } from '../dist/synthetic/person.js';
import { SurfaceBuffer } from '../dist/synthetic/rasterizer.js';

const PEOPLE = 40;
/** Points a side of the depth map; the frame in face units (the head is 2 high, eyes at y = 0, x to the image's right, y up). */
const SIDE = 81;
const FRAME = { left: -0.85, top: 0.72, size: 1.7 };
/** Drawn finer and averaged, or a point on an edge would decide for its neighbours. */
const OVER = 5;

const pixelsPerUnit = (SIDE - 1) / FRAME.size;
const drawn = (SIDE - 1) * OVER + OVER;
/** Seen from infinitely far in front. */
const front = {
  projectMesh({ positions }) {
    const points = new Float32Array(positions.length);
    for (let at = 0; at < positions.length; at += 3) {
      points[at] = (positions[at] - FRAME.left) * pixelsPerUnit * OVER + OVER / 2;
      points[at + 1] = (FRAME.top - positions[at + 1]) * pixelsPerUnit * OVER + OVER / 2;
      points[at + 2] = positions[at + 2];
    }
    return points;
  },
  rotateNormals: ({ normals }) => normals,
};

const depth = new Float64Array(SIDE * SIDE);
const seen = new Float64Array(SIDE * SIDE);
const landmarks = Array.from({ length: 68 }, () => [0, 0, 0]);
const heads = ['female', 'male'].flatMap((gender) =>
  Array.from({ length: PEOPLE }, (_, index) => createFaceGeometry(createPerson(1, gender, index + 1), {}, 0)),
);
for (const head of heads) {
  const buffer = new SurfaceBuffer(drawn, drawn);
  buffer.draw(createHeadMesh(head), front);
  for (let y = 0; y < drawn; y++) {
    for (let x = 0; x < drawn; x++) {
      const at = y * drawn + x;
      // What falls away steeply cannot be seen from anywhere near the front.
      if (buffer.material[at] === 0 || buffer.normalZ[at] < 0.25) continue;
      const to = Math.floor(y / OVER) * SIDE + Math.floor(x / OVER);
      depth[to] += buffer.depth[at];
      seen[to]++;
    }
  }
  for (const [index, { x, y, z }] of faceLandmarks(head).entries()) {
    landmarks[index][0] += x / heads.length;
    landmarks[index][1] += y / heads.length;
    landmarks[index][2] += z / heads.length;
  }
}

/** 16 bits a point: 0 no face, else the depth in 1/65000 of −1..1. */
const bytes = new Uint8Array(2 * SIDE * SIDE);
for (let at = 0; at < depth.length; at++) {
  if (seen[at] < 0.5 * heads.length * OVER * OVER) continue;
  const level = 1 + Math.round(((depth[at] / seen[at] + 1) / 2) * 65000);
  bytes[2 * at] = level & 255;
  bytes[2 * at + 1] = level >> 8;
}
const text = Buffer.from(bytes)
  .toString('base64')
  .match(/.{1,110}/g);
process.stdout.write(
  `// Made by packages/datasets/scripts/make-reference-head.mjs: the mean of ${heads.length} generated heads at rest.

/** Points a side of the depth map. */
export const DEPTH_SIDE = ${SIDE};

/** What the depth map covers, in face units: the head is 2 high, the eyes lie at y = 0, x grows to the image's right, y upwards. */
export const FRAME = { left: ${FRAME.left}, top: ${FRAME.top}, size: ${FRAME.size} };

/** Two bytes a point, the lower one first: 0 where there is no face, else 1 + 65000 · (z + 1) / 2; z grows towards the viewer. Base64. */
export const DEPTH: string =
  ${text.map((line) => `'${line}'`).join(' +\n  ')};

/** x, y, z of the 68 landmarks (iBUG 300-W). */
export const LANDMARKS: readonly (readonly [number, number, number])[] = [
${landmarks.map((point) => `  [${point.map((value) => Number(value.toFixed(5))).join(', ')}],`).join('\n')}
];
`,
);
