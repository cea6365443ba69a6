import { fileURLToPath } from 'node:url';

/** The bundle that is used when none is named. */
export const DEFAULT_BUNDLE = 'mini-xception.fer2013';

/** The folder of a bundle that ships with this package. */
export function pretrainedDirectory(name: string = DEFAULT_BUNDLE): string {
  return fileURLToPath(new URL(`../pretrained/${name}/`, import.meta.url));
}
