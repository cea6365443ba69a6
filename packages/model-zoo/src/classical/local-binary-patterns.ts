/** How many labels uniform patterns of 8 points have: 58 uniform ones and one for the rest. */
export const UNIFORM_LABELS = 59;

const POINTS = 8;

/** Interpolated values are compared with this slack, so that the points of an even area count as equal to its centre. */
const SLACK = 1e-6;

/**
 * The label of each of the 256 patterns: those with at most two changes round the circle have one each (Ojala, Pietikäinen & Mäenpää 2002, section 2.4),
 * numbered as scikit-image's `nri_uniform` does: by the number of ones, then by where they begin.
 */
const LABEL_OF_PATTERN = Uint8Array.from({ length: 256 }, (_, pattern) => {
  const bits = Array.from({ length: POINTS }, (_, point) => (pattern >> point) & 1);
  const changes = bits.filter((bit, point) => point > 0 && bit !== bits[point - 1]).length;
  if (changes > 2) return UNIFORM_LABELS - 1;
  const ones = bits.reduce((sum, bit) => sum + bit, 0);
  if (ones === 0) return 0;
  if (ones === POINTS) return UNIFORM_LABELS - 2;
  const rotation = bits[0] === 1 ? ones - bits.indexOf(0) : POINTS - bits.indexOf(1);
  return 1 + (ones - 1) * POINTS + rotation;
});

/**
 * Labels of the uniform local binary patterns of 8 points on a circle (LBP u2, Ojala et al. 2002), by bilinear interpolation; outside the picture is 0.
 * @param picture `height × width` grey values, in any unit. @param radius of the circle, pixels.
 * @returns a label 0..58 for each pixel.
 */
export function localBinaryPatterns(
  picture: ArrayLike<number>,
  height: number,
  width: number,
  radius: number,
): Uint8Array {
  const at = (row: number, column: number) =>
    row < 0 || column < 0 || row >= height || column >= width ? 0 : picture[row * width + column];
  const offsets = Array.from({ length: POINTS }, (_, point) => {
    const angle = (2 * Math.PI * point) / POINTS;
    // Without the last digits, so that the four points on the axes are whole pixels.
    const round = (value: number) => Math.round(value * 1e5) / 1e5;
    return [round(-radius * Math.sin(angle)), round(radius * Math.cos(angle))];
  });
  const labels = new Uint8Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const centre = picture[row * width + column];
      let pattern = 0;
      for (let point = 0; point < POINTS; point++) {
        const y = row + offsets[point][0];
        const x = column + offsets[point][1];
        const top = Math.floor(y);
        const left = Math.floor(x);
        const down = y - top;
        const right = x - left;
        const upper = at(top, left) * (1 - right) + at(top, left + 1) * right;
        const lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right;
        if (upper * (1 - down) + lower * down - centre >= -SLACK) pattern |= 1 << point;
      }
      labels[row * width + column] = LABEL_OF_PATTERN[pattern];
    }
  }
  return labels;
}

/**
 * Histograms of labels over a grid of cells, one after another from the top left, each as shares that sum to 1 (Shan, Gong & McOwan 2009, section 3).
 * @param to where the `rows × columns × 59` values go.
 */
export function gridHistograms(
  labels: Uint8Array,
  height: number,
  width: number,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  to: Float32Array,
): void {
  to.fill(0);
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = [Math.round((row * height) / rows), Math.round(((row + 1) * height) / rows)];
    for (let column = 0; column < columns; column++) {
      const [left, right] = [Math.round((column * width) / columns), Math.round(((column + 1) * width) / columns)];
      const start = (row * columns + column) * UNIFORM_LABELS;
      const share = 1 / ((bottom - top) * (right - left));
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) to[start + labels[y * width + x]] += share;
      }
    }
  }
}
