import type { Mesh } from './mesh.js';

/** Rotation of a head in radians: yaw turns the nose to positive x, pitch lifts it, roll tips the head to positive x. */
export interface HeadPose {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

/** The point about which a head turns: between the ears, where the neck begins. */
const PIVOT_Y = -0.45;
const PIVOT_Z = -0.12;
/** Distance of the camera from the head's centre, in face units: about two metres, where portraits are taken. */
const DISTANCE = 16;

const scratches: Float32Array[] = [];

/** Memory that is used again from mesh to mesh, because drawing is synchronous. */
function scratch(which: number, length: number): Float32Array {
  if (!scratches[which] || scratches[which].length < length) scratches[which] = new Float32Array(length);
  return scratches[which];
}

/** Turns face coordinates into pixels: a rotation, then a perspective projection. */
export class Camera {
  readonly matrix: Float64Array;
  /** Pixels per face unit at the head's centre. */
  readonly scale: number;
  readonly #centreX: number;
  readonly #centreY: number;

  /**
   * @param centre pixel where the middle between the eyes lies when the head faces the camera.
   */
  constructor(pose: HeadPose, scale: number, centre: readonly [number, number]) {
    const [sy, cy] = [Math.sin(pose.yaw), Math.cos(pose.yaw)];
    const [sp, cp] = [Math.sin(-pose.pitch), Math.cos(-pose.pitch)];
    const [sr, cr] = [Math.sin(-pose.roll), Math.cos(-pose.roll)];
    // roll · yaw · pitch: the head nods, then turns, then tips in the image plane.
    const yawPitch = [cy, sy * sp, sy * cp, 0, cp, -sp, -sy, cy * sp, cy * cp];
    this.matrix = Float64Array.from([
      cr * yawPitch[0] - sr * yawPitch[3],
      cr * yawPitch[1] - sr * yawPitch[4],
      cr * yawPitch[2] - sr * yawPitch[5],
      sr * yawPitch[0] + cr * yawPitch[3],
      sr * yawPitch[1] + cr * yawPitch[4],
      sr * yawPitch[2] + cr * yawPitch[5],
      yawPitch[6],
      yawPitch[7],
      yawPitch[8],
    ]);
    this.scale = scale;
    [this.#centreX, this.#centreY] = centre;
  }

  /** Writes pixel x, pixel y and depth (face units, larger is nearer) of a point to `out` at `offset`. */
  project(x: number, y: number, z: number, out: Float32Array | number[], offset = 0): void {
    const m = this.matrix;
    const py = y - PIVOT_Y;
    const pz = z - PIVOT_Z;
    const rx = m[0] * x + m[1] * py + m[2] * pz;
    const ry = m[3] * x + m[4] * py + m[5] * pz + PIVOT_Y;
    const rz = m[6] * x + m[7] * py + m[8] * pz + PIVOT_Z;
    const perspective = (this.scale * DISTANCE) / (DISTANCE - rz);
    out[offset] = this.#centreX + rx * perspective;
    out[offset + 1] = this.#centreY - ry * perspective;
    out[offset + 2] = rz;
  }

  /** All points of a mesh as pixel x, pixel y, depth; valid until the next call. */
  projectMesh(mesh: Mesh): Float32Array {
    const out = scratch(0, mesh.positions.length);
    for (let index = 0; index < mesh.positions.length; index += 3) {
      this.project(mesh.positions[index], mesh.positions[index + 1], mesh.positions[index + 2], out, index);
    }
    return out;
  }

  /** The mesh's normals in camera coordinates (x right, y up, z towards the viewer); valid until the next call. */
  rotateNormals(mesh: Mesh): Float32Array {
    const m = this.matrix;
    const out = scratch(1, mesh.normals.length);
    for (let index = 0; index < mesh.normals.length; index += 3) {
      const x = mesh.normals[index];
      const y = mesh.normals[index + 1];
      const z = mesh.normals[index + 2];
      out[index] = m[0] * x + m[1] * y + m[2] * z;
      out[index + 1] = m[3] * x + m[4] * y + m[5] * z;
      out[index + 2] = m[6] * x + m[7] * y + m[8] * z;
    }
    return out;
  }
}
