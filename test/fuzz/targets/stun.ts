/** STUN: unauthenticated connectivity checks, addresses, and the answers of STUN servers. */

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { canonicalIp } from '../../../server/core/address/ip-address.ts';
import { readXorAddress, writeXorAddress } from '../../../server/core/stun-turn/stun-address.ts';
import { readStunBindingResponse } from '../../../server/core/stun-turn/stun-binding.ts';
import { isStun, localUsernameFragment } from '../../../server/core/stun-turn/stun-check.ts';
import { ATTRIBUTE, readStun, verifiesStun, writeStun } from '../../../server/core/stun-turn/stun-message.ts';
import { connectivityCheck } from '../../support/node-viewer.ts';
import { mutatedBytes } from '../arbitraries.ts';
import { fuzzCase, type FuzzTarget } from '../target.ts';

const KEY = Buffer.from('a key of twenty bytes');
/** The first byte, 0 to 3, distinguishes STUN from other data on the same socket (RFC 7983). */
const messageType = fc.nat(0x3ff);
const transactionId = fc.uint8Array({ minLength: 12, maxLength: 12 });
const attribute = fc.tuple(
  fc.oneof(fc.constantFrom(...Object.values(ATTRIBUTE)), fc.nat(0xffff)),
  fc.uint8Array({ maxLength: 40 }),
);
const message = fc
  .tuple(messageType, transactionId, fc.array(attribute, { maxLength: 6 }), fc.boolean())
  .map(([type, id, attributes, signed]) => writeStun(type, id, attributes, signed ? KEY : undefined));
const check = fc
  .tuple(fc.stringMatching(/^[a-z0-9]{1,16}$/), fc.stringMatching(/^[a-z0-9]{22}$/))
  .map(([usernameFragment, password]) => connectivityCheck({ usernameFragment, password }));

export const stun: FuzzTarget = {
  name: 'stun',
  cases: [
    fuzzCase(
      'a written message is read back',
      fc.tuple(messageType, transactionId, fc.array(attribute, { maxLength: 6 })),
      ([type, id, attributes]) => {
        const bytes = writeStun(type, id, attributes, KEY);
        const read = readStun(bytes);
        assert.ok(read);
        assert.equal(read.type, type);
        assert.deepEqual(read.transactionId, Buffer.from(id));
        for (const [name, value] of read.attributes) {
          const first = attributes.find(([other]) => other === name);
          if (first) assert.deepEqual(value, Buffer.from(first[1]));
        }
        const forged = attributes.some(([name]) => name === ATTRIBUTE.messageIntegrity);
        assert.ok(forged || verifiesStun(bytes, read, KEY));
        assert.equal(verifiesStun(bytes, read, Buffer.from('another key')), false);
      },
    ),
    fuzzCase('any bytes are a message or none', mutatedBytes(message), (bytes) => {
      const copy = Buffer.from(bytes);
      const read = readStun(bytes);
      if (read) {
        let total = 0;
        for (const value of read.attributes.values()) total += value.length;
        assert.ok(total <= bytes.length);
        verifiesStun(bytes, read, KEY);
        for (const value of read.attributes.values()) readXorAddress(value, read.transactionId);
      }
      readStunBindingResponse(bytes, bytes.subarray(8, 20));
      assert.deepEqual(bytes, copy, 'parsing does not change the bytes');
    }),
    fuzzCase('a check of a stranger names a user or nobody', mutatedBytes(check), (bytes) => {
      isStun(bytes);
      const fragment = localUsernameFragment(bytes);
      assert.ok(fragment === undefined || (fragment.length > 0 && fragment.length <= bytes.length));
    }),
    fuzzCase(
      'a written address is read back',
      fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(0xffff), transactionId),
      ([text, port, id]) => {
        const address = canonicalIp(text);
        // No source here writes mixed notation, like ::1.2.3.4.
        if (address === undefined) return assert.match(text, /:.*\./);
        assert.deepEqual(readXorAddress(writeXorAddress({ address, port }, id), id), { address, port });
        assert.equal(canonicalIp(address), address);
      },
    ),
    fuzzCase(
      'any text is an address or is refused',
      fc.oneof(fc.string({ maxLength: 60 }), fc.stringMatching(/^[0-9a-f:.%]{0,50}$/)),
      (text) => {
        const address = canonicalIp(text);
        if (address !== undefined) assert.equal(canonicalIp(address), address);
      },
    ),
  ],
};
