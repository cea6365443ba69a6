/**
 * Imported before ONNX Runtime: since 1.29 it sends what models it runs, how fast and on what machine to its makers, and keeps an id of the
 * machine in the user's cache, unless this is set when it starts. Somebody who has set it decides.
 */
process.env.ORT_DISABLE_TELEMETRY ??= '1';
