/** What the head of a plain JPEG says. */
export interface PlainJpeg {
  readonly width: number;
  readonly height: number;
  /** 1: grey; 3: colour. */
  readonly components: 1 | 3;
}

/** Frames of 8 or 12 bits, coded by Huffman: baseline, extended, progressive. */
const FRAMES = [0xc0, 0xc1, 0xc2];

/**
 * The head of a JPEG that needs nothing put right: grey or YCbCr, 8 bits, without EXIF, colour profile, Adobe's marker, or anything else that
 * other programs may have put there.
 * @returns undefined for all other files; a library that knows all of them must be asked.
 */
export function readPlainJpeg(bytes: Uint8Array): PlainJpeg | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 18 < bytes.length && bytes[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = bytes[at + 1];
    if (FRAMES.includes(marker)) {
      const [precision, components] = [bytes[at + 4], bytes[at + 9]];
      const height = view.getUint16(at + 5);
      const width = view.getUint16(at + 7);
      if (precision !== 8 || width === 0 || height === 0 || !(components === 1 || components === 3)) return undefined;
      // Components that are called R, G, B are no YCbCr.
      return components === 3 && bytes[at + 10] !== 1 ? undefined : { width, height, components };
    }
    // JFIF's own marker, tables and comments may stand before the frame.
    if (![0xe0, 0xdb, 0xc4, 0xdd, 0xfe].includes(marker)) return undefined;
  }
  return undefined;
}
