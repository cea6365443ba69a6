/** What every message says: what was expected, what was found, what to do about it. */
export interface ErrorParts {
  readonly expected: string;
  readonly found: string;
  readonly fix: string;
  /** Structured facts for programs: the file, the row, the step. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** `Symbol.for`, so that an error made by another copy of this package is recognised too. */
const MARK = Symbol.for('mien.error');

/**
 * Base of every error that Mien throws on purpose. `code` is stable; `exitCode` is what a command line ends with:
 * 2 for the user's mistake, 1 for a failure.
 */
export abstract class MienError extends Error {
  abstract readonly code: string;
  readonly exitCode: 1 | 2 = 2;
  readonly expected: string;
  readonly found: string;
  readonly fix: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(parts: ErrorParts) {
    super(`expected ${parts.expected}; found ${parts.found}. ${capitalise(parts.fix)}.`, { cause: parts.cause });
    this.name = new.target.name;
    this.expected = parts.expected;
    this.found = parts.found;
    this.fix = parts.fix;
    this.details = parts.details ?? {};
    Object.defineProperty(this, MARK, { value: true });
  }

  /** Whether `error` is a Mien error, from this copy of the package or another. */
  static isInstance(error: unknown): error is MienError {
    return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[MARK] === true;
  }
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A file or folder that should be there is not, is empty, or cannot be read. */
export class MissingInputError extends MienError {
  readonly code = 'MIEN_MISSING_INPUT';
}

/** A file is there but what it holds is wrong: columns, counts, values, a changed shard. `details.file`, `details.row`. */
export class InvalidDataError extends MienError {
  readonly code = 'MIEN_INVALID_DATA';
}

/** One picture cannot be decoded, or is over the limits. In a batch this is that file's result, not the batch's end. */
export class InvalidImageError extends MienError {
  readonly code = 'MIEN_INVALID_IMAGE';
}

/** A label or folder name that means no known emotion, or a class that the other side does not know. */
export class UnknownLabelError extends MienError {
  readonly code = 'MIEN_UNKNOWN_LABEL';
}

/** Configuration (YAML, options, `--set`) that does not fit its schema. */
export class InvalidConfigurationError extends MienError {
  readonly code = 'MIEN_INVALID_CONFIGURATION';
}

/** A model bundle that is incomplete, changed after it was written, or of another label order. */
export class InvalidBundleError extends MienError {
  readonly code = 'MIEN_INVALID_BUNDLE';
}

/** `--resume` onto a run whose configuration, data or engine is another. */
export class ResumeMismatchError extends MienError {
  readonly code = 'MIEN_RESUME_MISMATCH';
}

/** The compute engine that was asked for is not on this machine. */
export class EngineUnavailableError extends MienError {
  readonly code = 'MIEN_ENGINE_UNAVAILABLE';
}

/** A result could not be written: full disk, no permission. What was written before stays whole. */
export class WriteFailedError extends MienError {
  readonly code = 'MIEN_WRITE_FAILED';
  override readonly exitCode = 1;
}

/** The loss became NaN or infinite; the last checkpoint is from before it did. */
export class NonFiniteLossError extends MienError {
  readonly code = 'MIEN_NON_FINITE_LOSS';
  override readonly exitCode = 1;
}
