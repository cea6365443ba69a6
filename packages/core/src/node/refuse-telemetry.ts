/**
 * Refuses the telemetry of ONNX Runtime, which since 1.29 sends what models it runs, how fast and on what machine to its makers, and keeps
 * an id of the machine in the user's cache, unless `ORT_DISABLE_TELEMETRY` is set. Somebody who has set it decides.
 *
 * To be called before ONNX Runtime is loaded, and before threads that load it: these have a copy of the environment, native code reads the
 * process's own. (On Windows telemetry goes by the system's settings instead.)
 */
export function refuseTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
