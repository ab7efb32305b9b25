/**
 * Credentials of the legacy firmware: `?password=MD5&username=MD5`, lower-case hex. They are constant and sent unencrypted, which
 * prevents mistakes but no attack, so the legacy listeners are for a trusted LAN only.
 */

import { createHash, timingSafeEqual } from 'node:crypto';

export class LegacyCredentials {
  readonly #username: Buffer;
  readonly #password: Buffer;

  /** @param username as `password` in plain text, not empty */
  constructor(username: string, password: string) {
    this.#username = Buffer.from(createHash('md5').update(username).digest('hex'));
    this.#password = Buffer.from(createHash('md5').update(password).digest('hex'));
  }

  /** @param target of the request, path and query. Both values are always compared. */
  admits(target: string): boolean {
    const query = new URLSearchParams(target.split('?')[1] ?? '');
    const username = sameWord(query.get('username') ?? '', this.#username);
    const password = sameWord(query.get('password') ?? '', this.#password);
    return username && password;
  }
}

function sameWord(given: string, expected: Buffer): boolean {
  const bytes = Buffer.from(given);
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}
