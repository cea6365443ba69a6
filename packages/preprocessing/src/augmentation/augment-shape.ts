/** Of a picture inside a batch, in pixels. */
export interface AugmentShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}
