/** Where each pixel of a new picture comes from: x = xx · u + xy · v + x0, y = yx · u + yy · v + y0 at column u and row v. */
export interface AffineMap {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

/** A change of geometry about the picture's middle, in the order of the fields: first the flip, last the shift. */
export interface Geometry {
  readonly flip: boolean;
  /** Tangents of the slant along x and along y. */
  readonly shearX: number;
  readonly shearY: number;
  /** Radians, clockwise to the eye. */
  readonly angle: number;
  readonly zoomX: number;
  readonly zoomY: number;
  /** Pixels. */
  readonly shiftX: number;
  readonly shiftY: number;
}

/** The inverse of a change of geometry, as a warp needs it. Pixel centres are whole numbers, the middle is (size − 1) / 2. */
export function inverseMap(width: number, height: number, geometry: Geometry): AffineMap {
  const { flip, shearX, shearY, angle, zoomX, zoomY, shiftX, shiftY } = geometry;
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  // Backwards: unzoom and turn back …
  const turned = { xx: cosine / zoomX, xy: sine / zoomY, yx: -sine / zoomX, yy: cosine / zoomY };
  // … then undo the shear [[1, shearX], [shearY, 1]] and the flip.
  const determinant = 1 - shearX * shearY;
  const sign = flip ? -1 : 1;
  const xx = (sign * (turned.xx - shearX * turned.yx)) / determinant;
  const xy = (sign * (turned.xy - shearX * turned.yy)) / determinant;
  const yx = (turned.yx - shearY * turned.xx) / determinant;
  const yy = (turned.yy - shearY * turned.xy) / determinant;
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  const u = middleX + shiftX;
  const v = middleY + shiftY;
  return { xx, xy, x0: middleX - xx * u - xy * v, yx, yy, y0: middleY - yx * u - yy * v };
}
