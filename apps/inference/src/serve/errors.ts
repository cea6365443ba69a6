import { MienError } from '@mien/core';

/** An error with the HTTP status that tells a client of it. */
export abstract class ServerError extends MienError {
  abstract readonly status: number;
  /** Seconds after which to ask again, where that helps. */
  readonly retryAfter?: number;
}

/** As many requests are under way or wait as the server holds, or as many came from one client as its rate allows. */
export class ServerBusyError extends ServerError {
  readonly code = 'MIEN_SERVER_BUSY';
  readonly status = 429;

  constructor(
    limit: string,
    override readonly retryAfter: number,
  ) {
    super({
      expected: `at most ${limit}`,
      found: 'one more',
      fix: `ask again in ${retryAfter} s`,
      details: { retryAfter },
    });
  }
}

/** The thread that read the picture failed; when it died, a new one takes its place. */
export class ReadingInterruptedError extends ServerError {
  readonly code = 'MIEN_READING_INTERRUPTED';
  readonly status = 503;
  override readonly retryAfter = 1;
}

/** The answer took longer than the server's limit. */
export class ReadingTimeoutError extends ServerError {
  readonly code = 'MIEN_READING_TIMEOUT';
  readonly status = 503;
  override readonly retryAfter = 1;
}

/** The server ends and opens no new streams. */
export class ServerClosingError extends ServerError {
  readonly code = 'MIEN_SERVER_CLOSING';
  readonly status = 503;
  override readonly retryAfter = 1;
}

/** Whoever asked has hung up: an answer for the log and the metrics alone. The status is nginx's. */
export class ClientGoneError extends ServerError {
  readonly code = 'MIEN_CLIENT_GONE';
  readonly status = 499;
}

/** No valid bearer token. */
export class UnauthorizedError extends ServerError {
  readonly code = 'MIEN_UNAUTHORIZED';
  readonly status = 401;
}

/** A web page of another site asks, and no option allows it. */
export class ForbiddenOriginError extends ServerError {
  readonly code = 'MIEN_FORBIDDEN_ORIGIN';
  readonly status = 403;
}

/** A body that is not what its content type says, or holds no picture. */
export class InvalidRequestError extends ServerError {
  readonly code = 'MIEN_INVALID_REQUEST';
  readonly status = 400;
}

/** More bytes or pictures than the limits allow. */
export class RequestTooLargeError extends ServerError {
  readonly code = 'MIEN_REQUEST_TOO_LARGE';
  readonly status = 413;
}

/** The address has nothing. */
export class NotFoundError extends ServerError {
  readonly code = 'MIEN_NOT_FOUND';
  readonly status = 404;
}
