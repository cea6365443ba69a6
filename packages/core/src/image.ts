/** Decoded pixels, row by row from the top left, channels interleaved; 8 bits a channel (0..255). */
export interface PixelImage {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB. */
  readonly channels: 1 | 3;
  /** `height × width × channels` bytes. */
  readonly data: Uint8Array;
}
