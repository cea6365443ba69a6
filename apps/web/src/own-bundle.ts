import { modelCardSchema } from '@mien/core';
import type { BundleFiles } from './protocol.js';

/**
 * A bundle of the user's own: `card.json` and the `.onnx` file that `mien export` makes of it. That they belong together is checked where
 * they are opened.
 * @throws Error in words for people.
 */
export async function ownBundle(
  files: readonly Pick<File, 'name' | 'text' | 'arrayBuffer'>[],
): Promise<{ readonly name: string; readonly bundle: BundleFiles }> {
  const json = files.filter(({ name }) => name.endsWith('.json'));
  const onnx = files.filter(({ name }) => name.endsWith('.onnx'));
  if (files.length !== 2 || json.length !== 1 || onnx.length !== 1) {
    throw new Error(
      'Choose two files together: the card.json of a bundle, and the .onnx file that mien export made of it.',
    );
  }
  const [text, buffer] = await Promise.all([json[0].text(), onnx[0].arrayBuffer()]);
  const { data } = modelCardSchema.safeParse(parse(text));
  if (!data) throw new Error(`${json[0].name} is not the card of a bundle. Choose the card.json that lies in one.`);
  return { name: data.name, bundle: { card: data, network: new Uint8Array(buffer) } };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
