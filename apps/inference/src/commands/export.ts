import { basename, join, resolve } from 'node:path';
import { startEngine } from '@mien/compute';
import { InvalidConfigurationError } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import { buildBundleModel, type ModelBundle, pretrainedDirectory, readBundle, resolveBundle } from '@mien/model-zoo';
import { Command } from 'commander';
import type { ExportedFile } from '../export/exported-file.js';
import { exportOnnx } from '../export/onnx.js';
import { exportSafetensors } from '../export/safetensors.js';
import { exportTfjsLayers } from '../export/tfjs-layers.js';
import { BUNDLE_DESCRIPTION } from './network-options.js';

interface ExportCommandOptions {
  readonly format: string;
  readonly output?: string;
}

type Format = 'onnx' | 'tfjs-layers' | 'safetensors';

/** What the default name of an export ends in; TensorFlow.js's is a folder. */
const ENDINGS: Readonly<Record<Format, string>> = {
  onnx: '.onnx',
  'tfjs-layers': '-tfjs',
  safetensors: '.safetensors',
};

/** `mien export [bundle] --format onnx|tfjs-layers|safetensors [--output path]`. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write the network of a model bundle in a format that other programs run')
    .argument('[bundle]', BUNDLE_DESCRIPTION)
    .option('--format <name>', Object.keys(ENDINGS).join(', '), 'onnx')
    .option('--output <path>', "the file to write, for tfjs-layers the folder; the default is the bundle's name, here")
    .addHelpText(
      'after',
      `
Examples:
  mien export --output faces.onnx
  mien export runs/sample/2026-01-01T000000Z-1/model --format tfjs-layers --output web/model`,
    )
    .action(exportBundle);
}

async function exportBundle(directory: string | undefined, { format, output }: ExportCommandOptions): Promise<void> {
  if (!isFormat(format)) {
    throw new InvalidConfigurationError({
      expected: `a format, one of ${Object.keys(ENDINGS).join(', ')}`,
      found: `"${format}"`,
      fix: 'choose one of them with --format',
    });
  }
  const bundle = await readBundle(await resolveBundle(directory ?? pretrainedDirectory()));
  const files = await encode(bundle, format);
  const path = output ?? `${basename(resolve(bundle.directory))}${ENDINGS[format]}`;
  let bytes = 0;
  for (const file of files) {
    await writeFileAtomically(file.name === '' ? path : join(path, file.name), file.bytes);
    bytes += file.bytes.length;
  }
  process.stdout.write(`${path}: ${bundle.card.name}, ${(bytes / 1024).toFixed(0)} KiB\n`);
}

function isFormat(name: string): name is Format {
  return Object.hasOwn(ENDINGS, name);
}

async function encode(bundle: ModelBundle, format: Format): Promise<ExportedFile[]> {
  if (format === 'safetensors') return exportSafetensors(bundle);
  await startEngine({ engine: 'onnxruntime-cpu' });
  const model = buildBundleModel(bundle);
  try {
    return await (format === 'onnx' ? exportOnnx(model, bundle.card) : exportTfjsLayers(model, bundle.card));
  } finally {
    model.dispose();
  }
}
