/** What a pixel shows; the order is the G-buffer's code. */
export const MATERIAL = { background: 0, skin: 1, ear: 2, body: 3, hair: 4, glasses: 5 } as const;

/** A grid of points on a surface, rows × columns, as triangles between neighbours. */
export interface Mesh {
  readonly rows: number;
  readonly columns: number;
  readonly material: number;
  /** x, y, z of each point in face units: x to the image's right, y up, z towards the viewer. */
  readonly positions: Float32Array;
  /** Two values of each point that its painter needs: face coordinates for skin, angle and height for hair, … */
  readonly attributes: Float32Array;
  /** Where given, only what has a positive interpolated value is there. */
  readonly coverage?: Float32Array;
  readonly normals: Float32Array;
  readonly doubleSided: boolean;
}

export function createMesh(
  rows: number,
  columns: number,
  material: number,
  options: { covered?: boolean; doubleSided?: boolean } = {},
): Mesh {
  const count = rows * columns;
  return {
    rows,
    columns,
    material,
    positions: new Float32Array(count * 3),
    attributes: new Float32Array(count * 2),
    coverage: options.covered ? new Float32Array(count) : undefined,
    normals: new Float32Array(count * 3),
    doubleSided: options.doubleSided ?? false,
  };
}

/** Normals from central differences along the grid, pointing to the side from which rows go down and columns right. */
export function computeNormals(mesh: Mesh): void {
  const { rows, columns, positions, normals } = mesh;
  for (let row = 0; row < rows; row++) {
    const up = Math.max(0, row - 1) * columns;
    const down = Math.min(rows - 1, row + 1) * columns;
    for (let column = 0; column < columns; column++) {
      const here = row * columns;
      const left = (here + Math.max(0, column - 1)) * 3;
      const right = (here + Math.min(columns - 1, column + 1)) * 3;
      const top = (up + column) * 3;
      const bottom = (down + column) * 3;
      const ax = positions[right] - positions[left];
      const ay = positions[right + 1] - positions[left + 1];
      const az = positions[right + 2] - positions[left + 2];
      const bx = positions[top] - positions[bottom];
      const by = positions[top + 1] - positions[bottom + 1];
      const bz = positions[top + 2] - positions[bottom + 2];
      let nx = ay * bz - az * by;
      let ny = az * bx - ax * bz;
      let nz = ax * by - ay * bx;
      const length = Math.hypot(nx, ny, nz) || 1;
      nx /= length;
      ny /= length;
      nz /= length;
      const index = (here + column) * 3;
      normals[index] = nx;
      normals[index + 1] = ny;
      normals[index + 2] = nz;
    }
  }
}
