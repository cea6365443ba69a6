import { basename, resolve } from 'node:path';
import { startEngine } from '@mien/compute';
import { InvalidBundleError, InvalidConfigurationError, type ModelCard } from '@mien/core';
import { writeFileAtomically } from '@mien/core/node';
import { buildBundleModel, pretrainedDirectory, readBundle } from '@mien/model-zoo';
import { exportOnnx, OnnxRuntimeBackendError } from '@mien/tfjs-onnxruntime';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { Command } from 'commander';

interface ExportCommandOptions {
  readonly format: string;
  readonly output?: string;
}

/** `mien export [bundle] --format onnx [--output file]`. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write the network of a model bundle in a format that other programs run')
    .argument('[bundle]', 'a model bundle; the default is the one that ships with Mien')
    .option('--format <name>', 'onnx', 'onnx')
    .option('--output <file>', "the file to write; the default is the bundle's name with .onnx, here")
    .action(exportBundle);
}

async function exportBundle(directory: string | undefined, { format, output }: ExportCommandOptions): Promise<void> {
  if (format !== 'onnx') {
    throw new InvalidConfigurationError({
      expected: 'the format onnx',
      found: `"${format}"`,
      fix: 'use --format onnx',
    });
  }
  const bundle = await readBundle(directory ?? pretrainedDirectory());
  await startEngine({ engine: 'onnxruntime-cpu' });
  const model = buildBundleModel(bundle);
  try {
    const bytes = encode(model, bundle.card, bundle.directory);
    const file = output ?? `${basename(resolve(bundle.directory))}.onnx`;
    await writeFileAtomically(file, bytes);
    process.stdout.write(`${file}: ${bundle.card.name}, ${(bytes.length / 1024).toFixed(0)} KiB\n`);
  } finally {
    model.dispose();
  }
}

/** The metadata are what someone needs to use the network without Mien: what goes in, what comes out, and on which terms. */
function encode(model: LayersModel, card: ModelCard, directory: string): Uint8Array {
  const { name, labels, input, pipeline, architecture, intendedUse, limits, licence } = card;
  const metadata = { name, labels, input, pipeline, architecture, intendedUse, limits, licence };
  try {
    return exportOnnx(model, { metadata });
  } catch (cause) {
    if (!(cause instanceof OnnxRuntimeBackendError)) throw cause;
    throw new InvalidBundleError({
      expected: 'a network that ONNX can express for every batch size',
      found: cause.message,
      fix: 'use this bundle with Mien itself',
      details: { directory },
      cause,
    });
  }
}
