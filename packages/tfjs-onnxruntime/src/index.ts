export { OnnxRuntimeBackend } from './backend.js';
export {
  type CompiledModel,
  type CompileOptions,
  compileModel,
  type TraceableModel,
} from './compiled-model.js';
export {
  ExecutionError,
  ExecutionProviderError,
  OnnxRuntimeBackendError,
  UnsupportedOperationError,
} from './errors.js';
export { type Explanation, explain, type OperationPlacement } from './explain.js';
export { type ExportableModel, type ExportOptions, exportOnnx } from './export-onnx.js';
export { BACKEND_NAME } from './name.js';
export { registerOnnxRuntimeBackend } from './register.js';
export {
  type ExecutionProvider,
  type ExecutionProviderInfo,
  listExecutionProviders,
  type OnnxRuntimeBackendOptions,
} from './runtime/options.js';
export { type TraceInput, traceToOnnx } from './trace.js';
