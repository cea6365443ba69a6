import { createHash, timingSafeEqual } from 'node:crypto';
import { UnauthorizedError } from './errors.js';

/** The SHA-256 digest of the token in an `Authorization` header, or none. (Tokens are random, so that a slow hash would add nothing.) */
export function digestToken(header: string | undefined): Buffer | undefined {
  const [, token] = /^Bearer +(\S+)$/i.exec(header ?? '') ?? [];
  return token === undefined ? undefined : createHash('sha256').update(token).digest();
}

/**
 * Checks bearer tokens against the SHA-256 digests of those that are let in; the tokens themselves are nowhere on the server. Digests, of
 * equal length, are compared in constant time, and all of them each time.
 * @param hashes digests in hex; none: everybody is let in.
 * @returns a function of the `Authorization` header. @throws {UnauthorizedError} from it.
 */
export function createTokenCheck(hashes: readonly string[]): (header: string | undefined) => void {
  const known = hashes.map((hash) => Buffer.from(hash, 'hex'));
  return (header) => {
    if (known.length === 0) return;
    const digest = digestToken(header);
    let matches = 0;
    if (digest) for (const one of known) matches += timingSafeEqual(one, digest) ? 1 : 0;
    if (matches > 0) return;
    throw new UnauthorizedError({
      expected: 'a header "Authorization: Bearer …" with a valid token',
      found: digest === undefined ? 'none' : 'a token that is not known',
      fix: 'ask whoever runs this server for a token',
    });
  };
}
