/** What `tf.setBackend` is called with. */
export const BACKEND_NAME = 'onnxruntime';
