export { OnnxRuntimeBackend } from './backend.js';
export {
  type CompiledModel,
  type CompileOptions,
  compileModel,
  type TraceableModel,
  type TraceInput,
  traceToOnnx,
} from './compiled-model.js';
export {
  ExecutionError,
  ExecutionProviderError,
  OnnxRuntimeBackendError,
  UnsupportedOperationError,
} from './errors.js';
export { BACKEND_NAME } from './name.js';
export { registerOnnxRuntimeBackend } from './register.js';
export {
  type ExecutionProvider,
  type ExecutionProviderInfo,
  listExecutionProviders,
  type OnnxRuntimeBackendOptions,
} from './runtime/options.js';
