import { once } from 'node:events';
import { WebSocket } from 'ws';
import { differenceOf, isEqual, type PictureAnswer } from './answers.js';
import type { SoakOutcome, SoakPicture, SoakTarget } from './soak-requests.js';

type Answer = PictureAnswer & { readonly frame: number };

/** Sends pictures of at most one face over a stream, the next when the last is answered, and judges each; connects anew now and then. @param turn waits before each. */
export async function streamFrames(
  { address, token }: SoakTarget,
  pictures: readonly SoakPicture[],
  note: (outcome: SoakOutcome) => void,
  isOver: () => boolean,
  turn: () => Promise<void>,
): Promise<void> {
  const frames = pictures.filter(({ expected }) => 'faces' in expected && expected.faces.length <= 1);
  while (!isOver()) {
    const socket = new WebSocket(address.replace('http', 'ws').concat('/v1/stream'), {
      headers: { authorization: `Bearer ${token}` },
    });
    await once(socket, 'open');
    for (let frame = 0; frame < 20 * frames.length && !isOver(); frame++) {
      const { file, expected } = frames[frame % frames.length];
      await turn();
      socket.send(file);
      const [data] = await once(socket, 'message');
      note(judge(JSON.parse(String(data)), expected));
    }
    socket.close();
    await once(socket, 'close');
  }
}

/** A stream smooths boxes, so these are left out. */
function judge(answer: Answer, expected: PictureAnswer): SoakOutcome {
  if ('error' in answer && answer.error.code === 'MIEN_SERVER_BUSY') return 'busy';
  if ('error' in answer || 'error' in expected)
    return { wrong: `a frame that was not read: ${JSON.stringify(answer)}` };
  const faces = answer.faces.map((face, index) => ({ ...face, box: expected.faces[index]?.box ?? face.box }));
  const difference = differenceOf({ ...answer, faces }, expected);
  return isEqual(difference) ? 'right' : { wrong: `a frame that differs by ${difference}` };
}
