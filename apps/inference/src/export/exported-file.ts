import type { ModelCard } from '@mien/core';

/** A file of an export: `name` is below the folder, or empty where the export is one file. */
export interface ExportedFile {
  readonly name: string;
  readonly bytes: Uint8Array | string;
}

/** What someone needs to use a network without Mien: what goes in, what comes out, and on which terms. */
export function metadataOf(card: ModelCard): Readonly<Record<string, unknown>> {
  const { name, labels, input, pipeline, architecture, intendedUse, limits, licence } = card;
  return { name, labels, input, pipeline, architecture, intendedUse, limits, licence };
}
