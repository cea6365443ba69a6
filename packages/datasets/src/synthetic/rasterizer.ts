import type { Camera } from './camera.js';
import type { Mesh } from './mesh.js';

/** Slack of a triangle's edge against rounding, so that no pixel falls between two neighbours. */
const EDGE = 1e-6;

/** For each pixel the nearest surface: what it is, where on it, and which way it faces. Shaded afterwards, once a pixel. */
export class SurfaceBuffer {
  readonly depth: Float32Array;
  readonly material: Uint8Array;
  readonly u: Float32Array;
  readonly v: Float32Array;
  readonly normalX: Float32Array;
  readonly normalY: Float32Array;
  readonly normalZ: Float32Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    const count = width * height;
    this.depth = new Float32Array(count).fill(-1e9);
    this.material = new Uint8Array(count);
    this.u = new Float32Array(count);
    this.v = new Float32Array(count);
    this.normalX = new Float32Array(count);
    this.normalY = new Float32Array(count);
    this.normalZ = new Float32Array(count);
  }

  /** Forgets what was drawn; the other planes are only read where the material is set. */
  clear(): void {
    this.depth.fill(-1e9);
    this.material.fill(0);
  }

  /** Draws a mesh with a depth test; back faces are left out unless the mesh is double-sided. */
  draw(mesh: Mesh, camera: Camera): void {
    const points = camera.projectMesh(mesh);
    const normals = camera.rotateNormals(mesh);
    for (let row = 0; row + 1 < mesh.rows; row++) {
      for (let column = 0; column + 1 < mesh.columns; column++) {
        const a = row * mesh.columns + column;
        const c = a + mesh.columns;
        this.#triangle(mesh, points, normals, a, c, a + 1);
        this.#triangle(mesh, points, normals, a + 1, c, c + 1);
      }
    }
  }

  #triangle(mesh: Mesh, points: Float32Array, normals: Float32Array, a: number, b: number, c: number): void {
    const { attributes, coverage, material } = mesh;
    if (coverage && coverage[a] <= 0 && coverage[b] <= 0 && coverage[c] <= 0) return;
    const ax = points[a * 3];
    const ay = points[a * 3 + 1];
    const bx = points[b * 3];
    const by = points[b * 3 + 1];
    const cx = points[c * 3];
    const cy = points[c * 3 + 1];
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (area === 0 || (area > 0 && !mesh.doubleSided)) return;
    const { width, height, depth } = this;
    const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
    const right = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
    const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const bottom = Math.min(height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    if (left > right || top > bottom) return;
    const flip = area > 0 ? -1 : 1;
    // Barycentric weights are linear in the pixel: a start value and two slopes each.
    const inverse = 1 / area;
    const bx1 = (cy - ay) * inverse;
    const by1 = (ax - cx) * inverse;
    const cx1 = (ay - by) * inverse;
    const cy1 = (bx - ax) * inverse;
    for (let y = top; y <= bottom; y++) {
      const py = y + 0.5 - ay;
      const px = left + 0.5 - ax;
      let wb = px * bx1 + py * by1;
      let wc = px * cx1 + py * cy1;
      let index = y * width + left;
      for (let x = left; x <= right; x++, index++, wb += bx1, wc += cx1) {
        const wa = 1 - wb - wc;
        if (wa < -EDGE || wb < -EDGE || wc < -EDGE) continue;
        const z = wa * points[a * 3 + 2] + wb * points[b * 3 + 2] + wc * points[c * 3 + 2];
        if (z <= depth[index]) continue;
        if (coverage && wa * coverage[a] + wb * coverage[b] + wc * coverage[c] <= 0) continue;
        depth[index] = z;
        this.material[index] = material;
        this.u[index] = wa * attributes[a * 2] + wb * attributes[b * 2] + wc * attributes[c * 2];
        this.v[index] = wa * attributes[a * 2 + 1] + wb * attributes[b * 2 + 1] + wc * attributes[c * 2 + 1];
        this.normalX[index] = flip * (wa * normals[a * 3] + wb * normals[b * 3] + wc * normals[c * 3]);
        this.normalY[index] = flip * (wa * normals[a * 3 + 1] + wb * normals[b * 3 + 1] + wc * normals[c * 3 + 1]);
        this.normalZ[index] = flip * (wa * normals[a * 3 + 2] + wb * normals[b * 3 + 2] + wc * normals[c * 3 + 2]);
      }
    }
  }
}
