/**
 * The length of the gradient at each pixel (Sobel, divided by 8), edges mirrored.
 * @param picture `height × width` grey values.
 */
export function edgeImage(picture: ArrayLike<number>, height: number, width: number): Float64Array {
  const edges = new Float64Array(height * width);
  const mirror = (index: number, size: number) => (index < 0 ? -index : index >= size ? 2 * size - 2 - index : index);
  for (let row = 0; row < height; row++) {
    const above = mirror(row - 1, height) * width;
    const below = mirror(row + 1, height) * width;
    const here = row * width;
    for (let column = 0; column < width; column++) {
      const left = mirror(column - 1, width);
      const right = mirror(column + 1, width);
      const dx =
        picture[above + right] -
        picture[above + left] +
        2 * (picture[here + right] - picture[here + left]) +
        picture[below + right] -
        picture[below + left];
      const dy =
        picture[below + left] -
        picture[above + left] +
        2 * (picture[below + column] - picture[above + column]) +
        picture[below + right] -
        picture[above + right];
      edges[here + column] = Math.hypot(dx, dy) / 8;
    }
  }
  return edges;
}

/** `[count, length]`: the first cosines of the orthonormal DCT-II. */
export function cosineBasis(length: number, count: number): Float64Array {
  return Float64Array.from({ length: count * length }, (_, place) => {
    const frequency = Math.floor(place / length);
    const position = place % length;
    const scale = Math.sqrt((frequency === 0 ? 1 : 2) / length);
    return scale * Math.cos((Math.PI * (2 * position + 1) * frequency) / (2 * length));
  });
}

/**
 * The lowest `size × size` coefficients of a picture's orthonormal two-dimensional DCT-II, row by row.
 * @param bases `cosineBasis(height, size)` and `cosineBasis(width, size)`.
 */
export function lowSpectrum(
  picture: Float64Array,
  [vertical, horizontal]: readonly [Float64Array, Float64Array],
  size: number,
): Float64Array {
  const height = vertical.length / size;
  const width = horizontal.length / size;
  const rows = new Float64Array(height * size);
  for (let y = 0; y < height; y++) {
    for (let frequency = 0; frequency < size; frequency++) {
      let sum = 0;
      for (let x = 0; x < width; x++) sum += picture[y * width + x] * horizontal[frequency * width + x];
      rows[y * size + frequency] = sum;
    }
  }
  const spectrum = new Float64Array(size * size);
  for (let frequency = 0; frequency < size; frequency++) {
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let y = 0; y < height; y++) sum += vertical[frequency * height + y] * rows[y * size + column];
      spectrum[frequency * size + column] = sum;
    }
  }
  return spectrum;
}
