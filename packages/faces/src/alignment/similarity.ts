/**
 * Moves, turns and scales points without bending: x′ = a·x − b·y + x₀, y′ = b·x + a·y + y₀. The scale is √(a² + b²), the angle
 * atan2(b, a): clockwise as seen, since y points down.
 */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly x: number;
  readonly y: number;
}

export type Point = readonly [x: number, y: number];

export function transformPoint({ a, b, x, y }: Similarity, [px, py]: Point): [number, number] {
  return [a * px - b * py + x, b * px + a * py + y];
}

/** The transform that undoes another. Its scale must not be 0. */
export function invertSimilarity({ a, b, x, y }: Similarity): Similarity {
  const square = a * a + b * b;
  const [inverseA, inverseB] = [a / square, -b / square];
  return { a: inverseA, b: inverseB, x: -(inverseA * x - inverseB * y), y: -(inverseB * x + inverseA * y) };
}

/** One transform after another: `first`, then `second`. */
export function composeSimilarities(first: Similarity, second: Similarity): Similarity {
  const [x, y] = transformPoint(second, [first.x, first.y]);
  return { a: second.a * first.a - second.b * first.b, b: second.b * first.a + second.a * first.b, x, y };
}

/**
 * The similarity that brings points nearest to others, by least squares (Umeyama 1991, *Least-squares estimation of transformation
 * parameters between two point patterns*; mirror images excluded, which in the plane makes the solution a linear one).
 * @param from, to as many points as each other, at least two different ones.
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const [fromX, fromY] = meanPoint(from);
  const [toX, toY] = meanPoint(to);
  let along = 0;
  let across = 0;
  let square = 0;
  from.forEach(([x, y], index) => {
    const [dx, dy] = [x - fromX, y - fromY];
    const [ex, ey] = [to[index][0] - toX, to[index][1] - toY];
    along += dx * ex + dy * ey;
    across += dx * ey - dy * ex;
    square += dx * dx + dy * dy;
  });
  const [a, b] = [along / square, across / square];
  return { a, b, x: toX - (a * fromX - b * fromY), y: toY - (b * fromX + a * fromY) };
}

export function meanPoint(points: readonly Point[]): [number, number] {
  let [sumX, sumY] = [0, 0];
  for (const [x, y] of points) {
    sumX += x;
    sumY += y;
  }
  return [sumX / points.length, sumY / points.length];
}
