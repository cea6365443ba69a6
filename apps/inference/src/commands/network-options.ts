import type { EngineName } from '@mien/compute';
import { DEFAULT_BUNDLE, pretrainedDirectory } from '@mien/model-zoo';
import { Option } from 'commander';
import { z } from 'zod';

/** What a bundle may be called on the command line. */
export const BUNDLE_DESCRIPTION = `a model bundle's folder, or the name of a shipped one such as mien-net.fer2013-small; the default is ${DEFAULT_BUNDLE}`;

/** Which network runs, and on what: of every command that reads faces. */
export const modelOption = new Option('--model <bundle>', BUNDLE_DESCRIPTION);
export const engineOption = new Option('--engine <name>', 'compute engine; the default is the best there is');

export const networkOptions = {
  model: z.string().default(pretrainedDirectory),
  // compute says which there are, and why one is not
  engine: z.custom<EngineName | 'auto'>((name) => typeof name === 'string').optional(),
};
