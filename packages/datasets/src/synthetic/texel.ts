/** One visible point of skin while it is painted: where it is, and the colour and finish it has so far. */
export interface Texel {
  /** Face coordinates seen from the front, in units. */
  x: number;
  y: number;
  /** Albedo in linear light. */
  red: number;
  green: number;
  blue: number;
  /** Strength and sharpness of the highlight. */
  gloss: number;
  sharpness: number;
  /** 1 where ambient light arrives freely. */
  openness: number;
  /** Height above the mesh, in units, by which wrinkles and lips bend the light. */
  relief: number;
}

/** Blends `amount` of a colour over the texel's. */
export function paint(texel: Texel, red: number, green: number, blue: number, amount: number): void {
  texel.red += (red - texel.red) * amount;
  texel.green += (green - texel.green) * amount;
  texel.blue += (blue - texel.blue) * amount;
}

/** Multiplies the texel's colour, red least, as blood does under thin or shaded skin. */
export function darken(texel: Texel, amount: number): void {
  texel.red *= 1 - 0.85 * amount;
  texel.green *= 1 - amount;
  texel.blue *= 1 - amount;
}
