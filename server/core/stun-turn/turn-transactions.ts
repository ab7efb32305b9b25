/**
 * A TURN client's pending requests: retransmitted over UDP, timed out, signed with the long-term credential, and
 * repeated when the server requires a newer nonce (RFC 8489 sections 6.2 and 9.2, RFC 8656 section 5).
 *
 * Invariant: an answer counts only when it belongs to a pending request and, once the server can sign, is signed;
 * `done` is called once for each request unless everything is closed first.
 */

import { randomBytes } from 'node:crypto';
import {
  ATTRIBUTE,
  longTermKey,
  readStun,
  TRANSACTION_ID_BYTES,
  verifiesStun,
  writeStun,
  type StunAttribute,
  type StunMessage,
} from './stun-message.ts';
import type { TurnCredentials } from './turn-credentials.ts';

export type TurnAnswer =
  | { ok: true; message: StunMessage }
  /** `code` as in ERROR-CODE; 0: no answer. */
  | { ok: false; code: number; reason: string };

export interface TurnRequest {
  /** Method, of the request class. */
  type: number;
  attributes: (transactionId: Buffer) => StunAttribute[];
  done: (answer: TurnAnswer, nowUs: number) => void;
}

interface Pending {
  request: TurnRequest;
  bytes: Buffer;
  key: Buffer | undefined;
  /** How often it was sent. */
  sent: number;
  /** How often the server required a newer nonce or realm. */
  challenged: number;
  dueUs: number;
}

const SUCCESS = 0x0100;
const ERROR = 0x0110;
const UNAUTHENTICATED = 401;
const STALE_NONCE = 438;
const FIRST_TIMEOUT_US = 500_000;
/** Sent at 0, 0.5, 1.5 and 3.5 s; given up after 7.5. The RFC's 39.5 s would be too long to find another server. */
const MAX_SENT = 4;
const STREAM_TIMEOUT_US = FIRST_TIMEOUT_US * (2 ** MAX_SENT - 1);
const MAX_CHALLENGES = 2;
/** Nonces are at most 763 bytes (RFC 8489 section 14.10). */
const MAX_CHALLENGE_BYTES = 763;

export class TurnTransactions {
  readonly #credentials: TurnCredentials;
  readonly #isStream: boolean;
  readonly #transmit: (message: Buffer) => void;
  readonly #pending = new Map<string, Pending>();
  #realm: Buffer | undefined;
  #nonce: Buffer | undefined;
  #key: Buffer | undefined;

  /** @param isStream whether the transport to the server is reliable */
  constructor(credentials: TurnCredentials, isStream: boolean, transmit: (message: Buffer) => void) {
    this.#credentials = credentials;
    this.#isStream = isStream;
    this.#transmit = transmit;
  }

  request(request: TurnRequest, nowUs: number): void {
    this.#send(request, 0, nowUs);
  }

  /** @returns false when the message answers no request, or is not the server's */
  receive(bytes: Buffer, nowUs: number): boolean {
    const message = readStun(bytes);
    const id = message?.transactionId.toString('latin1') ?? '';
    const pending = this.#pending.get(id);
    if (!message || !pending) return false;
    const isError = message.type === (pending.request.type | ERROR);
    if (!isError && message.type !== (pending.request.type | SUCCESS)) return false;
    const { code, reason } = errorOf(message);
    const isChallenge = isError && (code === UNAUTHENTICATED || code === STALE_NONCE);
    // A server that does not accept the credentials cannot sign; every other answer is signed.
    if (pending.key && !isChallenge && !verifiesStun(bytes, message, pending.key)) return false;
    this.#pending.delete(id);
    if (isChallenge && this.#accepts(message, code, pending))
      this.#send(pending.request, pending.challenged + 1, nowUs);
    else pending.request.done(isError ? { ok: false, code, reason } : { ok: true, message }, nowUs);
    return true;
  }

  /** Call it at least a few times a second. */
  tick(nowUs: number): void {
    for (const [id, pending] of this.#pending) {
      if (nowUs < pending.dueUs) continue;
      if (!this.#isStream && pending.sent < MAX_SENT) {
        this.#transmit(pending.bytes);
        pending.dueUs = nowUs + FIRST_TIMEOUT_US * 2 ** pending.sent++;
        continue;
      }
      this.#pending.delete(id);
      pending.request.done({ ok: false, code: 0, reason: 'no answer' }, nowUs);
    }
  }

  /** Pending requests get no answer. */
  close(): void {
    this.#pending.clear();
  }

  /** @returns whether the request is worth repeating with the challenge's values */
  #accepts(message: StunMessage, code: number, pending: Pending): boolean {
    const nonce = message.attributes.get(ATTRIBUTE.nonce);
    const realm = message.attributes.get(ATTRIBUTE.realm) ?? this.#realm;
    if (!nonce || !realm || Math.max(nonce.length, realm.length) > MAX_CHALLENGE_BYTES) return false;
    // Credentials were requested although they were given: they are wrong.
    if ((code === UNAUTHENTICATED && pending.key) || pending.challenged >= MAX_CHALLENGES) return false;
    this.#nonce = Buffer.from(nonce);
    if (this.#realm?.equals(realm) && this.#key) return true;
    const { username, credential } = this.#credentials;
    this.#realm = Buffer.from(realm);
    this.#key = longTermKey(username, realm.toString('utf8'), credential);
    return true;
  }

  #send(request: TurnRequest, challenged: number, nowUs: number): void {
    const transactionId = randomBytes(TRANSACTION_ID_BYTES);
    const attributes = request.attributes(transactionId);
    if (this.#key && this.#realm && this.#nonce) {
      attributes.push([ATTRIBUTE.username, Buffer.from(this.#credentials.username)]);
      attributes.push([ATTRIBUTE.realm, this.#realm], [ATTRIBUTE.nonce, this.#nonce]);
    }
    const bytes = writeStun(request.type, transactionId, attributes, this.#key);
    const dueUs = nowUs + (this.#isStream ? STREAM_TIMEOUT_US : FIRST_TIMEOUT_US);
    const pending = { request, bytes, key: this.#key, sent: 1, challenged, dueUs };
    this.#pending.set(transactionId.toString('latin1'), pending);
    this.#transmit(bytes);
  }
}

/** RFC 8489 section 14.8: class in the third byte, number in the fourth, then the reason phrase. */
function errorOf({ attributes }: StunMessage): { code: number; reason: string } {
  const value = attributes.get(ATTRIBUTE.errorCode);
  if (!value || value.length < 4) return { code: 0, reason: 'an error without a code' };
  const code = ((value[2] ?? 0) & 7) * 100 + (value[3] ?? 0);
  return { code, reason: `${code} ${value.toString('utf8', 4, 132).replaceAll(/[^ -~]/g, '')}`.trim() };
}
