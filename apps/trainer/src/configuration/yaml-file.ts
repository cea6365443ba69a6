import { readFile } from 'node:fs/promises';
import { InvalidConfigurationError, MissingInputError } from '@mien/core';
import { describeSystemError } from '@mien/core/node';
import { parse } from 'yaml';
import type { z } from 'zod';

/**
 * Reads a YAML file as plain data.
 * @throws {MissingInputError} when it cannot be read; @throws {InvalidConfigurationError} when it is not YAML.
 */
export async function readYamlFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new MissingInputError({
      expected: `to read ${path}`,
      found: describeSystemError(error),
      fix: 'check the path',
      details: { path },
      cause: error,
    });
  }
  try {
    // What the parser would only warn of (an unknown tag) reads as text, which the schema judges.
    return parse(text, { logLevel: 'error' });
  } catch (error) {
    throw new InvalidConfigurationError({
      expected: `${path} to be YAML`,
      found: error instanceof Error ? error.message.split('\n')[0] : String(error),
      fix: 'correct that line',
      details: { path },
      cause: error,
    });
  }
}

/**
 * Checks data against a schema; unknown keys are errors.
 * @param source what the data was read from.
 * @throws {InvalidConfigurationError} naming every key that is wrong.
 */
export function checkConfiguration<Schema extends z.ZodType>(
  schema: Schema,
  data: unknown,
  source: string,
): z.output<Schema> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  throw new InvalidConfigurationError({
    expected: `${source} to fit its schema`,
    found: problems.join('; '),
    fix: 'correct these keys',
    details: { source, problems },
    cause: parsed.error,
  });
}
