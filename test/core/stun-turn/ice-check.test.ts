import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMessage } from 'werift';
import {
  iceCheckError,
  iceCheckSuccess,
  readIceCheck,
  type IceCheck,
} from '../../../server/core/stun-turn/ice-check.ts';
import { localUsernameFragment } from '../../../server/core/stun-turn/stun-check.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { connectivityCheck } from '../../support/node-viewer.ts';

/** RFC 5769 section 2.1: a connectivity check of another agent, with its password. */
const RFC_5769_REQUEST = Buffer.from(
  '000100582112a442b7e7a701bc34d686fa87dfae' +
    '802200105354554e207465737420636c69656e74' +
    '002400046e0001ff' +
    '80290008932ff9b151263b36' +
    '000600096576746a3a68367659202020' +
    '000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2' +
    '80280004e57a3bcf',
  'hex',
);
const RFC_5769_PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt';

const ICE = { usernameFragment: 'abcd', password: 'p'.repeat(24) };

function read(datagram: Buffer): IceCheck {
  const check = readIceCheck(datagram, ICE.password);
  assert.ok(check);
  return check;
}

test('the check of RFC 5769 is read with its password and with no other', () => {
  assert.equal(localUsernameFragment(RFC_5769_REQUEST), 'evtj');
  const check = readIceCheck(RFC_5769_REQUEST, RFC_5769_PASSWORD);
  assert.equal(check?.transactionId.toString('hex'), 'b7e7a701bc34d686fa87dfae');
  assert.equal(check.isNominating, false);
  assert.equal(check.isRoleConflict, true, 'its sender is the controlled side');
  assert.deepEqual(check.unknown, []);
  assert.equal(readIceCheck(RFC_5769_REQUEST, 'another'), undefined);
});

test('every flipped bit of a check is detected', () => {
  const genuine = connectivityCheck(ICE);
  assert.equal(read(genuine).isNominating, true);
  for (let bit = 0; bit < genuine.length * 8; bit++) {
    const flipped = Buffer.from(genuine);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(readIceCheck(flipped, ICE.password), undefined, `bit ${bit}`);
  }
});

test('another implementation accepts integrity and fingerprint of the answers', () => {
  const check = read(connectivityCheck(ICE));
  const key = Buffer.from(ICE.password);
  for (const seen of [
    { address: '192.0.2.1', port: 32_853 },
    { address: '2001:db8:1234:5678:11:2233:4455:6677', port: 1 },
  ]) {
    const answer = parseMessage(iceCheckSuccess(check, seen, ICE.password), key);
    assert.deepEqual(answer?.getAttributeValue('XOR-MAPPED-ADDRESS'), [seen.address, seen.port]);
    assert.deepEqual(answer?.transactionId, check.transactionId);
  }
  const refusal = parseMessage(
    iceCheckError({ ...check, unknown: [0x7777, 0x7001] }, 420, ICE.password),
    key,
  );
  assert.deepEqual(refusal?.getAttributeValue('ERROR-CODE'), [420, 'Unknown Attribute']);
  assert.deepEqual(refusal?.getAttributeValue('UNKNOWN-ATTRIBUTES'), [0x7777, 0x7001]);
});

test('a datagram larger than any check has no user', () => {
  const junk = Buffer.from('80220100' + '00'.repeat(256), 'hex');
  const large = connectivityCheck(ICE, { extra: Buffer.concat([junk, junk, junk, junk, junk]) });
  assert.ok(large.length > 1280);
  assert.equal(localUsernameFragment(large), undefined);
  assert.equal(localUsernameFragment(connectivityCheck(ICE, { extra: junk })), 'abcd');
});

test('no bytes make the parser throw', () => {
  const { random, label } = seededRandom();
  const genuine = connectivityCheck(ICE);
  for (let round = 0; round < 5000; round++) {
    const bytes = Buffer.from(genuine.subarray(0, Math.floor(random() * (genuine.length + 1))));
    for (let i = 0; i < 4 && bytes.length > 0; i++)
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    if (!bytes.equals(genuine)) assert.equal(readIceCheck(bytes, ICE.password), undefined, label);
  }
});
