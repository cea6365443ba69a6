import type { TensorSet } from '@mien/preprocessing/node';
import sharp, { type Sharp } from 'sharp';

/** Side of a picture in the report: small ones are enlarged, so that a heat map on them can be seen. */
const SIDE = 96;

/** One row of a tensor set as a PNG inside a URI. */
export async function toDataUri(set: TensorSet, index: number): Promise<string> {
  return encode(await pictureOf(set, index));
}

/**
 * The same with a heat map over it, from nothing (0) to red (1).
 * @param heat `height × width`, 0..1.
 */
export async function toHeatMapUri(
  set: TensorSet,
  index: number,
  heat: { readonly values: Float32Array; readonly height: number; readonly width: number },
): Promise<string> {
  const picture = await pictureOf(set, index);
  const { width, height } = await picture.metadata();
  const grey = Uint8Array.from(heat.values, (value) => Math.round(255 * value));
  const smooth = await sharp(grey, { raw: { width: heat.width, height: heat.height, channels: 1 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .extractChannel(0)
    .raw()
    .toBuffer();
  const overlay = new Uint8Array(smooth.length * 4);
  for (const [pixel, value] of smooth.entries()) overlay.set(colourOf(value / 255), pixel * 4);
  const layer = { input: Buffer.from(overlay.buffer), raw: { width, height, channels: 4 as const } };
  return encode(picture.toColourspace('srgb').composite([layer]));
}

/** Yellow to red, and more opaque the warmer. */
function colourOf(heat: number): [number, number, number, number] {
  return [255, Math.round(220 * (1 - heat)), 30, Math.round(190 * heat)];
}

async function pictureOf(set: TensorSet, index: number): Promise<Sharp> {
  const { width, height } = set;
  const { pixels, channels } = pixelsOf(set, index);
  const scale = Math.max(1, Math.round(SIDE / width));
  const enlarged = await sharp(pixels, { raw: { width, height, channels } })
    .resize(width * scale, height * scale, { kernel: 'nearest' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(enlarged.data, { raw: enlarged.info });
}

/** The pixels of a row; of stacked frames the last one's, the apex. */
function pixelsOf({ width, height, channels, images }: TensorSet, index: number) {
  const size = width * height * channels;
  const pixels = images.subarray(index * size, (index + 1) * size);
  if (channels === 1 || channels === 3) return { pixels, channels };
  const stacked: number = channels;
  const last = Uint8Array.from({ length: width * height }, (_, pixel) => pixels[(pixel + 1) * stacked - 1]);
  return { pixels: last, channels: 1 as const };
}

async function encode(picture: Sharp): Promise<string> {
  const png = await picture.png({ palette: true }).toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
