/** A pinhole camera that looks at a head: rotation (row by row, to x right, y up, z towards the viewer), scale and middle in pixels. */
export interface HeadCamera {
  readonly rotation: Float64Array;
  /** Pixels per face unit at the head's middle. */
  readonly scale: number;
  /** Where the head's middle lies. */
  readonly x: number;
  readonly y: number;
}

type Point2 = readonly [number, number];
type Point3 = readonly [number, number, number];

/** Distance of the camera from the head's middle, in face units: about two metres, as portraits are taken. Nothing in a picture tells. */
export const CAMERA_DISTANCE = 16;

/** Where the camera sees a point of the head. */
function project({ rotation: r, scale, x, y }: HeadCamera, [px, py, pz]: Point3): [number, number] {
  const nearness = (scale * CAMERA_DISTANCE) / (CAMERA_DISTANCE - (r[6] * px + r[7] * py + r[8] * pz));
  return [x + (r[0] * px + r[1] * py + r[2] * pz) * nearness, y - (r[3] * px + r[4] * py + r[5] * pz) * nearness];
}

/**
 * The camera under which points of a head come to lie where they were found, by weighted least squares: a start without perspective
 * (scaled orthography), then Gauss–Newton with Levenberg's damping on the six parameters.
 * @param head face units; @param found pixels; @param weights one a point.
 */
export function estimateCamera(
  head: readonly Point3[],
  found: readonly Point2[],
  weights: readonly number[],
): HeadCamera {
  let camera = orthographicStart(head, found, weights);
  let error = errorOf(camera, head, found, weights);
  let damping = 1e-4;
  for (let round = 0; round < 30; round++) {
    const step = solve(normalEquations(camera, head, found, weights, damping));
    const next = moved(camera, step);
    const nextError = errorOf(next, head, found, weights);
    if (nextError < error) {
      const settled = error - nextError < 1e-10 * error;
      camera = next;
      error = nextError;
      damping /= 10;
      if (settled) break;
    } else {
      damping *= 10;
      if (damping > 1e6) break;
    }
  }
  return camera;
}

function errorOf(
  camera: HeadCamera,
  head: readonly Point3[],
  found: readonly Point2[],
  weights: readonly number[],
): number {
  return head.reduce((sum, point, index) => {
    const [x, y] = project(camera, point);
    return sum + weights[index] * ((x - found[index][0]) ** 2 + (y - found[index][1]) ** 2);
  }, 0);
}

/** The affine camera of least squares, made a rotation. */
function orthographicStart(head: readonly Point3[], found: readonly Point2[], weights: readonly number[]): HeadCamera {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = (value: (index: number) => number) =>
    head.reduce((sum, _, index) => sum + weights[index] * value(index), 0) / total;
  const middle = [0, 1, 2].map((axis) => mean((index) => head[index][axis]));
  const [middleX, middleY] = [0, 1].map((axis) => mean((index) => found[index][axis]));
  // Rows of [P Pᵀ | P x | P (−y)], each a sum over the points.
  const system = [0, 1, 2].map((row) =>
    [0, 1, 2, 3, 4].map((column) =>
      mean((index) => {
        const left = head[index][row] - middle[row];
        if (column < 3) return left * (head[index][column] - middle[column]);
        return left * (column === 3 ? found[index][0] - middleX : middleY - found[index][1]);
      }),
    ),
  );
  const across = solve(system.map((row) => [row[0], row[1], row[2], row[3]]));
  const up = solve(system.map((row) => [row[0], row[1], row[2], row[4]]));
  const scale = (Math.hypot(...across) + Math.hypot(...up)) / 2;
  // The two rows are turned towards each other by equal parts until they are square.
  const first = unit(across);
  const second = unit(up);
  const sum = unit(first.map((value, axis) => value + second[axis]));
  const difference = unit(first.map((value, axis) => value - second[axis]));
  const x = unit(sum.map((value, axis) => value + difference[axis]));
  const y = unit(sum.map((value, axis) => value - difference[axis]));
  const z = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]];
  const along = (row: number[]) => row[0] * middle[0] + row[1] * middle[1] + row[2] * middle[2];
  return {
    rotation: Float64Array.of(...x, ...y, ...z),
    scale,
    x: middleX - scale * along(x),
    y: middleY + scale * along(y),
  };
}

function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/** Six rows of seven: what the turn about x, y and z, the scale's logarithm and the shift by x and y must be. */
function normalEquations(
  camera: HeadCamera,
  head: readonly Point3[],
  found: readonly Point2[],
  weights: readonly number[],
  damping: number,
): number[][] {
  const { rotation: r, scale } = camera;
  const system = Array.from({ length: 6 }, () => new Array<number>(7).fill(0));
  head.forEach(([px, py, pz], index) => {
    const x = r[0] * px + r[1] * py + r[2] * pz;
    const y = r[3] * px + r[4] * py + r[5] * pz;
    const z = r[6] * px + r[7] * py + r[8] * pz;
    const far = CAMERA_DISTANCE - z;
    const nearness = (scale * CAMERA_DISTANCE) / far;
    // Derivatives of the two pixels by the turned point, times what each turn does to it (ω × p).
    const dx = [nearness, 0, (nearness * x) / far];
    const dy = [0, -nearness, (-nearness * y) / far];
    const turns = [
      [0, -z, y],
      [z, 0, -x],
      [-y, x, 0],
    ];
    const dot = (a: readonly number[], b: readonly number[]) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    const rows = [
      {
        slopes: [...turns.map((turn) => dot(dx, turn)), x * nearness, 1, 0],
        off: found[index][0] - camera.x - x * nearness,
      },
      {
        slopes: [...turns.map((turn) => dot(dy, turn)), -y * nearness, 0, 1],
        off: found[index][1] - camera.y + y * nearness,
      },
    ];
    for (const { slopes, off } of rows) {
      for (let row = 0; row < 6; row++) {
        for (let column = 0; column < 6; column++) system[row][column] += weights[index] * slopes[row] * slopes[column];
        system[row][6] += weights[index] * slopes[row] * off;
      }
    }
  });
  for (let row = 0; row < 6; row++) system[row][row] *= 1 + damping;
  return system;
}

function moved(camera: HeadCamera, [wx, wy, wz, growth, x, y]: readonly number[]): HeadCamera {
  return {
    rotation: multiply(rotationOf(wx, wy, wz), camera.rotation),
    scale: camera.scale * Math.exp(growth),
    x: camera.x + x,
    y: camera.y + y,
  };
}

/** The rotation about an axis by its length in radians (Rodrigues). */
function rotationOf(x: number, y: number, z: number): Float64Array {
  const angle = Math.hypot(x, y, z);
  if (angle < 1e-12) return Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const [a, b, c] = [x / angle, y / angle, z / angle];
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const rest = 1 - cosine;
  return Float64Array.of(
    cosine + a * a * rest,
    a * b * rest - c * sine,
    a * c * rest + b * sine,
    a * b * rest + c * sine,
    cosine + b * b * rest,
    b * c * rest - a * sine,
    a * c * rest - b * sine,
    b * c * rest + a * sine,
    cosine + c * c * rest,
  );
}

function multiply(a: Float64Array, b: Float64Array): Float64Array {
  return Float64Array.from(
    { length: 9 },
    (_, at) =>
      a[at - (at % 3)] * b[at % 3] + a[at - (at % 3) + 1] * b[(at % 3) + 3] + a[at - (at % 3) + 2] * b[(at % 3) + 6],
  );
}

/** Solves a small system, its right side in the last column, by elimination with pivoting. A missing direction stays 0. */
function solve(rows: readonly (readonly number[])[]): number[] {
  const system = rows.map((row) => [...row]);
  const size = system.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++)
      if (Math.abs(system[row][column]) > Math.abs(system[pivot][column])) pivot = row;
    [system[column], system[pivot]] = [system[pivot], system[column]];
    const value = system[column][column];
    if (Math.abs(value) < 1e-14) continue;
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = system[row][column] / value;
      for (let at = column; at <= size; at++) system[row][at] -= factor * system[column][at];
    }
  }
  return system.map((row, at) => (Math.abs(row[at]) < 1e-14 ? 0 : row[size] / row[at]));
}
