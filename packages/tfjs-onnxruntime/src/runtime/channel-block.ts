import { OnnxBuilder } from '../onnx/builder.js';
import { encodeModel } from '../onnx/model.js';
import { Session, Tensor } from './native.js';

const CHANNELS = 16;
const PIXELS = 2;

let known: number | undefined;

/**
 * Channels per block of ONNX Runtime's blocked image layout (16 with AVX-512, 8 with AVX2), or 0 where it has none.
 * Found by reordering a small image and looking where its second pixel went; once per process.
 */
export function channelBlock(): number {
  known ??= probe();
  return known;
}

function probe(): number {
  const builder = new OnnxBuilder();
  const reordered = builder.addBlocked('ReorderInput', ['x']);
  const shape = [1, CHANNELS, 1, PIXELS];
  const model = encodeModel({
    nodes: builder.nodes,
    initializers: builder.initializers,
    inputs: [{ name: 'x', type: 'float32', shape }],
    outputs: [{ name: reordered, type: 'float32', shape }],
  });
  let session: Session;
  try {
    session = new Session(model, { logSeverityLevel: 4, intraOpNumThreads: 1 });
  } catch {
    // processors without the layout have no kernel for the operator
    return 0;
  }
  const x = Float32Array.from({ length: CHANNELS * PIXELS }, (_unused, index) => index);
  const result = session.run({ x: new Tensor('float32', x, shape) }, { [reordered]: null })[reordered]!;
  session.release();
  // value 1 is the second pixel of the first channel: it follows the first block of channels
  const position = (result.data as Float32Array).indexOf(1);
  return position === 8 || position === 16 ? position : 0;
}
