/** Base class of every error this package throws on purpose; `code` is stable across versions. */
export class OnnxRuntimeBackendError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OnnxRuntimeBackendError';
    this.code = code;
  }
}

/** A kernel was called in a way that this backend does not support. */
export class UnsupportedOperationError extends OnnxRuntimeBackendError {
  constructor(operation: string, found: string, advice: string) {
    super('unsupported-operation', `${operation}: ${found} is not supported by the onnxruntime backend. ${advice}`);
    this.name = 'UnsupportedOperationError';
  }
}

/** ONNX Runtime refused the compiled graph or failed while running it. */
export class ExecutionError extends OnnxRuntimeBackendError {
  constructor(stage: 'compile' | 'run', detail: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      stage === 'compile' ? 'compile-failed' : 'run-failed',
      `Expected ONNX Runtime to ${stage} the recorded operations; found: ${reason}${detail === '' ? '' : `\n${detail}`}`,
      { cause },
    );
    this.name = 'ExecutionError';
  }
}

/** An execution provider that this installation of onnxruntime-node does not have was asked for. */
export class ExecutionProviderError extends OnnxRuntimeBackendError {
  constructor(asked: string, available: readonly string[], cause?: unknown) {
    const reason = cause instanceof Error ? ` (${cause.message})` : '';
    super(
      'execution-provider-unavailable',
      `Expected an execution provider that works here; found '${asked}'${reason}. Use one of: ${available.join(', ')}.`,
      { cause },
    );
    this.name = 'ExecutionProviderError';
  }
}
