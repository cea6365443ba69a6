import type { FacePrediction, PixelImage } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import sharp from 'sharp';

/**
 * Writes a picture as JPEG with each face's box, label and confidence drawn in.
 * @throws {WriteFailedError} when the file cannot be written.
 */
export async function writeAnnotatedCopy(
  path: string,
  { data, width, height, channels }: PixelImage,
  faces: readonly FacePrediction[],
): Promise<void> {
  const raw = { width, height, channels };
  const bytes = await sharp(data, { raw })
    .toColourspace('srgb')
    .composite([{ input: Buffer.from(drawFaces(width, height, faces)), left: 0, top: 0 }])
    .jpeg({ quality: 92 })
    .toBuffer();
  await writeFileAtomically(path, bytes);
}

/** Labels come from a fixed list of words, so that nothing here needs escaping. */
function drawFaces(width: number, height: number, faces: readonly FacePrediction[]): string {
  const stroke = Math.max(1, Math.round(Math.min(width, height) / 250));
  const marks = faces.map(({ box, label, confidence }) => {
    const size = Math.max(10, Math.round(box.width / 8));
    const text = `${label} ${Math.round(100 * confidence)} %`;
    // Above the box, or inside it where there is no room above.
    const baseline = box.y >= size * 1.4 ? box.y - size * 0.35 : box.y + size * 1.1;
    return (
      `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" fill="none" stroke="#ffd400" stroke-width="${stroke}"/>` +
      `<text x="${box.x}" y="${baseline}" font-family="sans-serif" font-size="${size}" fill="#ffd400" stroke="#000000" ` +
      `stroke-width="${size / 12}" paint-order="stroke">${text}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${marks.join('')}</svg>`;
}
