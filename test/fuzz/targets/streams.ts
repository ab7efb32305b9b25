/** Messages split out of streams: RTP over TCP, and data from a TURN server. */

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  FIRST_CHANNEL,
  LAST_CHANNEL,
  readChannelData,
  TurnStream,
  writeChannelData,
} from '../../../server/core/stun-turn/channel-data.ts';
import { Deframer, framed, MAX_DATAGRAM_BYTES } from '../../../server/core/rtp/rtp-framing.ts';
import { writeStun } from '../../../server/core/stun-turn/stun-message.ts';
import { cuts, inPieces, mutatedBytes } from '../arbitraries.ts';
import { fuzzCase, throwsOnly, type FuzzTarget } from '../target.ts';

const datagrams = fc.array(fc.uint8Array({ minLength: 1, maxLength: MAX_DATAGRAM_BYTES }), { maxLength: 6 });
const channel = fc.integer({ min: FIRST_CHANNEL, max: LAST_CHANNEL });
const messages = fc.array(
  fc.oneof(
    fc
      .tuple(channel, fc.uint8Array({ maxLength: 300 }))
      .map(([number, data]) => writeChannelData(number, data, true)),
    fc.uint8Array({ minLength: 12, maxLength: 12 }).map((id) => writeStun(0x0101, id, [[6, id]])),
  ),
  { maxLength: 6 },
);

function deframed(pieces: readonly Buffer[]): { datagrams: Buffer[]; good: boolean } {
  const found: Buffer[] = [];
  const deframer = new Deframer((datagram) => found.push(Buffer.from(datagram)));
  const good = pieces.every((piece) => deframer.push(piece));
  return { datagrams: found, good };
}

/** `undefined` when the stream is malformed. */
function messagesOf(pieces: readonly Buffer[]): Buffer[] | undefined {
  const stream = new TurnStream();
  return throwsOnly(
    (error) => error instanceof RangeError && error.message.includes('neither STUN'),
    () => pieces.flatMap((piece) => stream.push(piece).map((message) => Buffer.from(message))),
  );
}

export const streams: FuzzTarget = {
  name: 'streams',
  cases: [
    fuzzCase(
      'datagrams are returned unchanged, however the stream is split',
      fc.tuple(datagrams, cuts),
      ([sent, where]) => {
        const whole = Buffer.concat(sent.map(framed));
        assert.deepEqual(deframed(inPieces(whole, where)), {
          datagrams: sent.map((datagram) => Buffer.from(datagram)),
          good: true,
        });
      },
    ),
    fuzzCase(
      'any stream yields the same however it is split',
      fc.tuple(mutatedBytes(datagrams.map((sent) => Buffer.concat(sent.map(framed)))), cuts),
      ([bytes, where]) => {
        const atOnce = deframed([bytes]);
        assert.deepEqual(deframed(inPieces(bytes, where)), atOnce);
        for (const { length } of atOnce.datagrams) assert.ok(length > 0 && length <= MAX_DATAGRAM_BYTES);
      },
    ),
    fuzzCase(
      'written channel data is read back',
      fc.tuple(channel, fc.uint8Array({ maxLength: 2_000 }), fc.boolean()),
      ([number, data, padded]) => {
        assert.deepEqual(readChannelData(writeChannelData(number, data, padded)), {
          channel: number,
          data: Buffer.from(data),
        });
      },
    ),
    fuzzCase(
      'any stream of a TURN server yields the same however it is split',
      fc.tuple(mutatedBytes(messages.map((sent) => Buffer.concat(sent))), cuts),
      ([bytes, where]) => {
        const atOnce = messagesOf([bytes]);
        const cut = messagesOf(inPieces(bytes, where));
        // A malformed stream has returned the messages that were complete before, when it came in pieces.
        if (atOnce) assert.deepEqual(cut, atOnce);
        for (const message of atOnce ?? []) readChannelData(message);
        assert.ok((atOnce ?? []).reduce((sum, { length }) => sum + length, 0) <= bytes.length);
      },
    ),
  ],
};
