import { InvalidConfigurationError } from '@mien/core';
import { z } from 'zod';

/**
 * Checks a command's options.
 * @throws {InvalidConfigurationError} that names each option that does not fit.
 */
export function parseOptions<Schema extends z.ZodType>(schema: Schema, options: unknown): z.output<Schema> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const found = parsed.error.issues.map(({ path, message }) => `--${kebab(path.map(String).join('.'))}: ${message}`);
  throw new InvalidConfigurationError({
    expected: 'options that fit this command',
    found: found.join('; '),
    fix: 'see --help',
    details: { issues: parsed.error.issues },
  });
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A number from a command line. */
export const integerOption = z.coerce.number().int();
