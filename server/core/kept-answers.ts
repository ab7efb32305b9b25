/**
 * Answers to requests with an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07), kept for the request that is sent
 * again because its answer was lost. Time is an argument.
 *
 * Invariants: a key belongs to its caller, and to the first request it came with; of several requests with one key, at most one
 * is processed; the server's memory alone reveals no answer (it may contain a secret) and no request (it may contain a password):
 * answers are encrypted, and requests hashed, with the key that only the caller has.
 */

import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { VigieError } from '../errors.ts';

/** For retries, not for months: an answer shows secrets that are otherwise shown once. */
export const KEPT_MS = 60 * 60_000;
const MAX_PER_CALLER = 100;
const MAX_TOTAL = 2000;
const MAX_SEALED_BYTES = 4 * 1024 * 1024;

interface Kept {
  readonly caller: string;
  readonly fingerprint: string;
  readonly untilMs: number;
  /** undefined while the request is under way. */
  sealed: Buffer | undefined;
  /** The request failed, and may have had its effect. */
  isDoubtful: boolean;
}

/** Call exactly one of the three, once. */
export interface FirstAttempt {
  /** The request succeeded. */
  keep(answer: string): void;
  /** The request was refused and had no effect: the key is free again. */
  forget(): void;
  /** The request failed, with an unknown effect: the key is not free, because a second attempt might create a second object. */
  doubt(): void;
}

export class KeptAnswers {
  /** Oldest first. */
  readonly #kept = new Map<string, Kept>();
  #sealedBytes = 0;

  get size(): number {
    return this.#kept.size;
  }

  /**
   * @param caller the user or key whose rights the request uses
   * @param request everything that identifies the request: route, parameters, body
   * @returns the answer of the first attempt, or, if this is the first, where to put its answer
   * @throws VigieError `unprocessable` for a key of another request, `conflict` while the first attempt is under way,
   * `tooManyRequests`
   */
  begin(caller: string, key: string, request: string, nowMs: number): string | FirstAttempt {
    const id = createHash('sha256').update(`${caller}\n${key}`).digest('base64url');
    const fingerprint = mac(key, `request\n${request}`).toString('base64url');
    this.#forgetOld(nowMs);
    const before = this.#kept.get(id);
    if (before) {
      if (before.fingerprint !== fingerprint)
        throw new VigieError(
          'unprocessable',
          'this Idempotency-Key came with another request before: give each request a new one',
        );
      if (before.isDoubtful)
        throw new VigieError(
          'conflict',
          'the first request with this Idempotency-Key failed in the server, and may have had an effect: check, and use a new key if it had none',
        );
      if (before.sealed) return unseal(key, before.sealed);
      throw new VigieError('conflict', 'the first request with this Idempotency-Key is still under way', {
        retryAfterSeconds: 1,
      });
    }
    this.#makeRoom(caller);
    const kept: Kept = {
      caller,
      fingerprint,
      untilMs: nowMs + KEPT_MS,
      sealed: undefined,
      isDoubtful: false,
    };
    this.#kept.set(id, kept);
    return {
      keep: (answer) => {
        if (this.#kept.get(id) !== kept) return;
        kept.sealed = seal(key, answer);
        this.#sealedBytes += kept.sealed.length;
        this.#forgetBeyondBounds();
      },
      forget: () => {
        if (this.#kept.get(id) === kept) this.#forget(id);
      },
      doubt: () => {
        if (this.#kept.get(id) !== kept) return;
        kept.sealed = Buffer.alloc(0);
        kept.isDoubtful = true;
        this.#forgetBeyondBounds();
      },
    };
  }

  #forgetOld(nowMs: number): void {
    for (const [id, { untilMs, sealed }] of this.#kept) if (untilMs <= nowMs && sealed) this.#forget(id);
  }

  #makeRoom(caller: string): void {
    const own = [...this.#kept].filter(([, each]) => each.caller === caller);
    if (own.length < MAX_PER_CALLER) return;
    const oldest = own.find(([, each]) => each.sealed);
    if (!oldest)
      throw new VigieError('tooManyRequests', 'too many requests with an Idempotency-Key are under way', {
        retryAfterSeconds: 1,
      });
    this.#forget(oldest[0]);
  }

  /**
   * Oldest first; entries of running requests stay, and are bounded by the number of requests that the server takes at a time.
   */
  #forgetBeyondBounds(): void {
    for (const [id, { sealed }] of this.#kept) {
      if (this.#kept.size <= MAX_TOTAL && this.#sealedBytes <= MAX_SEALED_BYTES) return;
      if (sealed) this.#forget(id);
    }
  }

  #forget(id: string): void {
    this.#sealedBytes -= this.#kept.get(id)?.sealed?.length ?? 0;
    this.#kept.delete(id);
  }
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function mac(key: string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** nonce, ciphertext, tag */
export function seal(key: string, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', mac(key, 'answer'), nonce);
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

export function unseal(key: string, bytes: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', mac(key, 'answer'), bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  return Buffer.concat([text, decipher.final()]).toString('utf8');
}
