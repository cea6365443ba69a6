import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { ForbiddenOriginError, ServerBusyError, ServerClosingError } from './errors.js';
import { FaceStream } from './face-stream.js';
import type { ServerContext } from './server-context.js';
import type { ServerOptions } from './server-options.js';

/** Why a stream is closed (RFC 6455, 7.4.1). */
const CLOSE_CODES = { goingAway: 1001, unsupported: 1003 } as const;

/** A client that reads no answers is cut off before more than this waits for it. */
const MOST_UNREAD_BYTES = 1024 ** 2;

/** Who answers no goodbye is not waited for longer. */
const MOST_CLOSING_MILLISECONDS = 5000;

/** What the server's end does with the streams that are open. */
export interface OpenStreams {
  /** Answers the frames that came, then says goodbye. */
  finish(): Promise<void>;
}

/** `GET /v1/stream`, a WebSocket: each binary message is a frame (JPEG, PNG, …), each answer a JSON message. */
export function addStreamRoute(app: FastifyInstance, context: ServerContext): OpenStreams {
  const { options, metrics } = context;
  const streams = new Map<FaceStream, WebSocket>();
  metrics.watchStreams(() => streams.size);
  let isClosing = false;
  app.get(
    '/v1/stream',
    {
      websocket: true,
      async onRequest(request) {
        refuseForeignPages(request, options);
        if (isClosing) throw closing();
        if (streams.size >= options.maximumStreams) throw new ServerBusyError(`${options.maximumStreams} streams`, 5);
      },
    },
    (socket) => {
      const gone = new AbortController();
      const stream = new FaceStream(
        (content) => readFrame(context, content, gone.signal),
        (response) => {
          if (socket.bufferedAmount > MOST_UNREAD_BYTES) socket.terminate();
          else socket.send(JSON.stringify(response));
        },
      );
      streams.set(stream, socket);
      const stopPinging = dropWhenSilent(socket, options.timeout);
      socket.on('message', (data, isBinary) => {
        if (isBinary) stream.push(data as Buffer);
        else socket.close(CLOSE_CODES.unsupported, 'expected frames as binary messages');
      });
      socket.on('close', () => {
        stopPinging();
        streams.delete(stream);
        stream.abandon();
        gone.abort(closing());
      });
    },
  );
  return {
    async finish() {
      isClosing = true;
      await Promise.all(
        [...streams].map(async ([stream, socket]) => {
          await stream.finish();
          socket.close(CLOSE_CODES.goingAway, 'the server ends');
          setTimeout(() => socket.terminate(), MOST_CLOSING_MILLISECONDS).unref();
        }),
      );
    },
  };
}

/** A frame takes a place in the queue as a request does. */
async function readFrame({ queue, metrics }: ServerContext, content: Uint8Array, gone: AbortSignal) {
  const giveBack = queue.takePlace();
  try {
    const results = await queue.read([{ name: 'the frame', content }], gone);
    metrics.pictures(results);
    return results[0];
  } finally {
    giveBack();
  }
}

/** Browsers apply no CORS to WebSockets: any page could ask a server on its reader's machine. */
function refuseForeignPages({ headers: { origin }, host }: FastifyRequest, { origins }: ServerOptions): void {
  if (origin === undefined || origins.includes(origin)) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new ForbiddenOriginError({
    expected: 'a program, or a page of an origin that is allowed',
    found: origin,
    fix: 'start the server with --origin for it',
  });
}

/** A connection whose other end is gone without a word would be held for ever. @returns stops asking. */
function dropWhenSilent(socket: WebSocket, seconds: number): () => void {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) socket.terminate();
    answered = false;
    socket.ping();
  }, seconds * 1000).unref();
  return () => clearInterval(timer);
}

function closing(): ServerClosingError {
  return new ServerClosingError({ expected: 'an open stream', found: 'that it ended', fix: 'connect again' });
}
