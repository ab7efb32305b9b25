/** The server as a TURN client: with any answers of the TURN server, at any time, it continues or gives up. */

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { writeXorAddress } from '../../../server/core/stun-turn/stun-address.ts';
import {
  ATTRIBUTE,
  longTermKey,
  writeStun,
  type StunAttribute,
} from '../../../server/core/stun-turn/stun-message.ts';
import { TurnAllocation } from '../../../server/core/stun-turn/turn-allocation.ts';
import { writeChannelData } from '../../../server/core/stun-turn/channel-data.ts';
import { mutatedBytes } from '../arbitraries.ts';
import { fuzzCase, type FuzzTarget } from '../target.ts';

const CREDENTIALS = { username: '1:vigie', credential: 'secret' };
const REALM = Buffer.from('vigie');
const NONCE = Buffer.from('nonce');
const KEY = longTermKey(CREDENTIALS.username, 'vigie', CREDENTIALS.credential);
const PEER = { address: '192.0.2.1', port: 4000 };
/** A client with a few peers has at most this many requests pending, each sent four times. */
const MAX_SENT_PER_STEP = 40;

/** The next step; answers are to the last request, or to an earlier one. */
const step = fc.record({
  kind: fc.constantFrom(
    'grant',
    'challenge',
    'refuse',
    'data',
    'channel',
    'noise',
    'tick',
    'permit',
    'bind',
    'send',
  ),
  earlier: fc.nat(3),
  code: fc.constantFrom(400, 401, 403, 437, 438, 441, 486, 508),
  elapsedUs: fc.constantFrom(0, 1_000, 600_000, 6_000_000, 400_000_000),
  noise: fc.uint8Array({ maxLength: 80 }),
  damage: fc.boolean(),
});

export const turnClient: FuzzTarget = {
  name: 'turn-client',
  cases: [
    fuzzCase(
      'no answer of a server makes the client fail or send without bound',
      fc.tuple(
        fc.boolean(),
        fc.array(step, { maxLength: 40 }),
        mutatedBytes(fc.constant(answer(0x0103, Buffer.alloc(12), []))),
      ),
      ([isStream, steps, garbage]) => {
        const sent: Buffer[] = [];
        let ended = false;
        let nowUs = 0;
        const allocation = new TurnAllocation(
          {
            credentials: CREDENTIALS,
            isStream,
            transmit: (message) => {
              assert.equal(ended, false, 'it reports nothing after its end');
              sent.push(message);
            },
            onAllocated: () => undefined,
            onData: ({ port }) => assert.ok(port >= 0 && port <= 0xffff),
            onLost: () => {
              ended = true;
            },
          },
          nowUs,
        );
        const peer = { ...PEER, channel: 0 };
        for (const { kind, earlier, code, elapsedUs, noise, damage } of steps) {
          const before = sent.length;
          nowUs += elapsedUs;
          const requests = sent.filter((message) => (message[0] ?? 0) <= 3);
          const request = requests.at(-1 - earlier) ?? requests.at(-1) ?? Buffer.alloc(20);
          if (kind === 'tick') allocation.tick(nowUs);
          else if (kind === 'permit') allocation.permit(PEER.address, nowUs);
          else if (kind === 'bind') allocation.bindChannel(peer, nowUs);
          else if (kind === 'send') allocation.send(Buffer.from(noise), peer);
          else {
            const message = messageOf(kind, request, code, noise);
            if (damage && message.length > 0) message[noise.length % message.length] = code & 0xff;
            allocation.receive(message, nowUs);
          }
          assert.ok(sent.length - before <= MAX_SENT_PER_STEP);
        }
        allocation.receive(garbage, nowUs);
        allocation.close(nowUs);
        ended = true;
        allocation.tick(nowUs + 1_000_000);
        allocation.receive(garbage, nowUs);
      },
    ),
  ],
};

function messageOf(kind: string, request: Buffer, code: number, noise: Uint8Array): Buffer {
  const id = request.subarray(8, 20);
  const type = request.readUInt16BE(0);
  const mapped = writeXorAddress(PEER, id);
  if (kind === 'grant') return answer(type | 0x0100, id, [[ATTRIBUTE.xorRelayedAddress, mapped]]);
  if (kind === 'data')
    return writeStun(0x0017, id, [
      [ATTRIBUTE.xorPeerAddress, mapped],
      [ATTRIBUTE.data, noise],
    ]);
  if (kind === 'channel') return writeChannelData(0x4000 + (code % 4), noise, false);
  if (kind === 'noise') return Buffer.from(noise);
  const error = Buffer.from([0, 0, Math.floor(code / 100), code % 100, ...noise]);
  const attributes: StunAttribute[] = [[ATTRIBUTE.errorCode, error]];
  if (kind === 'challenge') attributes.push([ATTRIBUTE.realm, REALM], [ATTRIBUTE.nonce, NONCE]);
  return answer(type | 0x0110, id, attributes);
}

function answer(type: number, id: Buffer, attributes: StunAttribute[]): Buffer {
  return writeStun(type, id, attributes, KEY);
}
