import type { FastifyInstance } from 'fastify';
import { ForbiddenOriginError, ServerBusyError } from './errors.js';
import { FaceStream } from './face-stream.js';
import type { ServerContext } from './server-context.js';

/** Going away, and a message of a kind that is not understood (RFC 6455, 7.4.1). */
const GOING_AWAY = 1001;
const UNSUPPORTED = 1003;
const INTERNAL_ERROR = 1011;

/** `GET /v1/stream`, a WebSocket: each binary message is a frame (JPEG, PNG, …), each answer a JSON message. */
export function addStreamRoute(
  app: FastifyInstance,
  { options, queue, metrics }: ServerContext,
): { finish(): Promise<void> } {
  const streams = new Map<FaceStream, (code: number) => void>();
  app.get(
    '/v1/stream',
    {
      websocket: true,
      async onRequest({ headers, host }) {
        // Browsers apply no CORS to WebSockets: any page could ask a server on its reader's machine.
        const { origin } = headers;
        if (origin !== undefined && !options.origins.includes(origin) && hostOf(origin) !== host) {
          throw new ForbiddenOriginError({
            expected: 'a program, or a page of an origin that is allowed',
            found: origin,
            fix: 'start the server with --origin for it',
          });
        }
        if (streams.size >= options.maximumStreams) throw new ServerBusyError(options.maximumStreams, 5);
      },
    },
    (socket) => {
      const read = async (content: Uint8Array) => {
        const giveBack = queue.takePlace();
        try {
          const [result] = await queue.read([{ name: 'the frame', content }]);
          metrics.pictures([result]);
          return result;
        } finally {
          giveBack();
        }
      };
      const stream = new FaceStream(read, (response) => socket.send(JSON.stringify(response)));
      streams.set(stream, (code) => socket.close(code));
      socket.on('message', (data, isBinary) => {
        if (!isBinary) socket.close(UNSUPPORTED, 'expected frames as binary messages');
        else if (socket.readyState === socket.OPEN) stream.push(data as Buffer);
      });
      socket.on('error', () => socket.close(INTERNAL_ERROR));
      socket.on('close', () => streams.delete(stream));
    },
  );
  return {
    async finish() {
      await Promise.all(
        [...streams].map(async ([stream, close]) => {
          await stream.finish();
          close(GOING_AWAY);
        }),
      );
    },
  };
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
