import { InvalidConfigurationError } from '@mien/core';
import type { z } from 'zod';

/**
 * Options with their defaults filled in.
 * @param what whose options, for the message; @param name the schema's name.
 * @throws {InvalidConfigurationError} naming the option.
 */
export function parseOptions<Schema extends z.ZodType>(
  schema: Schema,
  options: unknown,
  what: string,
  name: string,
): z.output<Schema> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new InvalidConfigurationError({
    expected: `options of ${what}`,
    found: `${path.length > 0 ? `"${path.join('.')}": ` : ''}${message}`,
    fix: `correct them; each is described in ${name} of @mien/faces`,
    details: { issues: parsed.error.issues },
    cause: parsed.error,
  });
}
