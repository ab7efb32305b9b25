/**
 * Reassembles and orders the handshake messages of one DTLS client (RFC 6347 section 4.2.2), in front of werift's DTLS,
 * which keeps every fragment of a message that is never completed.
 *
 *      0        1        2        3
 *     +--------+--------+--------+--------+
 *     |  type  |     message length       |
 *     +--------+--------+--------+--------+--------+--------+
 *     | message_seq     |     fragment offset      | fragment
 *     +--------+--------+--------+--------+--------+--------+
 *       length          |  fragment …
 *     +--------+--------+--------
 *
 * Invariants: at most one incomplete message is held, of at most MAX_MESSAGE_BYTES; each message is returned complete, in
 * the order of `message_seq`, and once. Only the newest one may be returned again, because a client that repeats its
 * ClientHello or Finished has not received the answer; MAX_REPEATS bounds that. A message that is too early is dropped:
 * the client repeats its flight.
 */

/** Field names of werift's own class, so that its objects can be passed in directly. */
export interface HandshakeFragment {
  msg_type: number;
  /** Length of the whole message. */
  length: number;
  message_seq: number;
  fragment_offset: number;
  fragment_length: number;
  fragment: Buffer;
}

const CLIENT_HELLO = 1;
const CERTIFICATE = 11;
const CERTIFICATE_VERIFY = 15;
const CLIENT_KEY_EXCHANGE = 16;
const FINISHED = 20;
const CLIENT_MESSAGES = new Set([
  CLIENT_HELLO,
  CERTIFICATE,
  CERTIFICATE_VERIFY,
  CLIENT_KEY_EXCHANGE,
  FINISHED,
]);
/** The largest one is the certificate; a browser's has less than 1 KB. */
const MAX_MESSAGE_BYTES = 16 * 1024;
/** A browser repeats its flight after 50 ms, then at growing intervals: this many take more than a minute. */
const MAX_REPEATS = 16;

interface Unfinished {
  type: number;
  sequence: number;
  body: Buffer;
  /** 1 for each byte of the body that has arrived. */
  arrived: Uint8Array;
  missing: number;
}

export class HandshakeOrder {
  /** Fragments that no client needs to send, at least not now. */
  refused = 0;
  #next = 0;
  #repeats = 0;
  #unfinished: Unfinished | undefined;

  /** @returns the whole message when this was its last missing fragment and it is the message's turn */
  take(fragment: HandshakeFragment): HandshakeFragment | undefined {
    if (!isSane(fragment) || !this.#isTurnOf(fragment)) {
      this.refused++;
      return undefined;
    }
    const whole = this.#add(fragment);
    if (!whole) return undefined;
    if (whole.message_seq === this.#next) {
      this.#next++;
      this.#repeats = 0;
    } else this.#repeats++;
    return whole;
  }

  #isTurnOf({ msg_type, message_seq }: HandshakeFragment): boolean {
    if (message_seq === this.#next) return true;
    const isAnswered = msg_type === CLIENT_HELLO || msg_type === FINISHED;
    return isAnswered && message_seq === this.#next - 1 && this.#repeats < MAX_REPEATS;
  }

  #add(fragment: HandshakeFragment): HandshakeFragment | undefined {
    if (fragment.fragment_length === fragment.length) {
      this.#unfinished = undefined;
      return fragment;
    }
    const unfinished = this.#unfinishedFor(fragment);
    const { body, arrived } = unfinished;
    fragment.fragment.copy(body, fragment.fragment_offset);
    for (let i = 0; i < fragment.fragment_length; i++) {
      const index = fragment.fragment_offset + i;
      if (arrived[index] === 0) unfinished.missing--;
      arrived[index] = 1;
    }
    if (unfinished.missing > 0) return undefined;
    this.#unfinished = undefined;
    return { ...fragment, fragment_offset: 0, fragment_length: body.length, fragment: body };
  }

  #unfinishedFor({ msg_type, message_seq, length }: HandshakeFragment): Unfinished {
    const current = this.#unfinished;
    if (current?.type === msg_type && current.sequence === message_seq && current.body.length === length)
      return current;
    const unfinished = {
      type: msg_type,
      sequence: message_seq,
      body: Buffer.alloc(length),
      arrived: new Uint8Array(length),
      missing: length,
    };
    this.#unfinished = unfinished;
    return unfinished;
  }
}

function isSane({
  msg_type,
  length,
  fragment_offset,
  fragment_length,
  fragment,
}: HandshakeFragment): boolean {
  return (
    CLIENT_MESSAGES.has(msg_type) &&
    length <= MAX_MESSAGE_BYTES &&
    fragment.length === fragment_length &&
    fragment_offset + fragment_length <= length &&
    // An empty fragment of a message that is not empty would cost work and add nothing.
    (fragment_length > 0 || length === 0)
  );
}
