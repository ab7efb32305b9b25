import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRtcp } from '../../../server/core/rtp/rtcp-feedback.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

const REPORT = hex('81c90007 00000001 11223344 40 000005 0000abcd 00000010 8899aabb 00010000');
const NACK = hex('81cd0003 00000001 11223344 fffe 8005');
const PLI = hex('81ce0002 00000001 11223344');
const FIR = hex('84ce0006 00000001 00000000 11223344 01000000 55667788 02000000');
/** Transport-wide feedback that claims 65,535 packets in 8 run-length chunks of 8191: more than anybody sends at a time. */
const TRANSPORT_WIDE = hex(`8fcd0008 00000001 00000000 0001ffff 00000000 ${'3fff'.repeat(8)}`);
const REMB = hex('8fce0005 00000001 00000000 52454d42 01120000 11223344');
const SDES = hex('81ca0003 00000001 01026162 00000000');
const BYE = hex('81cb0001 00000001');
/** Another block, then a reference time. */
const EXTENDED_REPORT = hex('80cf0006 00000001 06000001 00000000 04000002 0000aabb ccdd0000');

test('a receiver report is read block by block', () => {
  assert.deepEqual(readRtcp(REPORT), [
    {
      kind: 'report',
      ssrc: 0x11223344,
      fractionLost: 0.25,
      cumulativeLost: 5,
      highestSequence: 0xabcd,
      lastSr: 0x8899aabb,
      delaySinceLastSr: 65_536,
    },
  ]);
});

test('a NACK names the first packet and those of its mask, across the wrap of sequence numbers', () => {
  assert.deepEqual(readRtcp(NACK), [{ kind: 'nack', ssrc: 0x11223344, lost: [65_534, 65_535, 1, 14] }]);
});

test('PLI and each entry of FIR request a keyframe', () => {
  assert.deepEqual(readRtcp(PLI), [{ kind: 'keyframe', ssrc: 0x11223344 }]);
  assert.deepEqual(readRtcp(FIR), [
    { kind: 'keyframe', ssrc: 0x11223344 },
    { kind: 'keyframe', ssrc: 0x55667788 },
  ]);
});

test('each packet of a compound one is read within its own length, and unknown ones are skipped', () => {
  const compound = Buffer.concat([REPORT, SDES, NACK, EXTENDED_REPORT, TRANSPORT_WIDE, REMB, PLI, BYE, FIR]);
  assert.deepEqual(readRtcp(compound), [
    ...readRtcp(REPORT),
    ...readRtcp(NACK),
    { kind: 'referenceTime', ssrc: 1, middle32: 0xaabbccdd },
    ...readRtcp(REMB),
    ...readRtcp(PLI),
    ...readRtcp(FIR),
  ]);
});

test('REMB is a rate of 18 bits and an exponent of 6', () => {
  assert.deepEqual(readRtcp(REMB), [{ kind: 'remb', ssrc: 1, bps: 2 ** 17 * 2 ** 4 }]);
  assert.deepEqual(readRtcp(hex('8fce0004 00000001 00000000 52454d42 00000fff')), [
    { kind: 'remb', ssrc: 1, bps: 4095 },
  ]);
  assert.deepEqual(readRtcp(hex('8fce0003 00000001 00000000 52454d42')), [], 'too short');
  assert.deepEqual(readRtcp(hex('8fce0004 00000001 00000000 52454d43 00000fff')), [], 'another format');
});

test('a reference time is read within its block, whatever the block claims', () => {
  assert.deepEqual(readRtcp(hex('80cf0003 00000001 04000002 0000aabb')), [], 'shorter than it says');
  assert.deepEqual(readRtcp(hex('80cf0002 00000001 04000000')), [], 'empty');
  assert.deepEqual(readRtcp(hex('80cf0000')), []);
});

test('padding is not read as content', () => {
  assert.deepEqual(readRtcp(hex('a1cd0004 00000001 11223344 0007 0000 00000004')), [
    { kind: 'nack', ssrc: 0x11223344, lost: [7] },
  ]);
  assert.deepEqual(readRtcp(hex('a1cd0002 00000001 112233ff')), [], 'more padding than packet');
});

test('one datagram yields at most as many lost packets as a viewer can have lost', () => {
  const entries = Buffer.alloc(4 * 200, 0xff);
  const nack = Buffer.concat([hex('81cd0000 00000001 11223344'), entries]);
  nack.writeUInt16BE(nack.length / 4 - 1, 2);
  const feedback = readRtcp(Buffer.concat([nack, nack]));
  const lost = feedback.flatMap((each) => (each.kind === 'nack' ? each.lost : []));
  assert.equal(lost.length, 1024);
});

test('a report with too many blocks, a length past the end and a wrong version stop the parsing', () => {
  const more = Buffer.from(REPORT);
  more.writeUInt8(0x9f);
  assert.equal(readRtcp(more).length, 1);
  const longer = Buffer.from(PLI);
  longer.writeUInt16BE(3, 2);
  assert.deepEqual(readRtcp(longer), []);
  const version = Buffer.from(PLI);
  version.writeUInt8(0x41);
  assert.deepEqual(readRtcp(Buffer.concat([version, PLI])), []);
});

test('no bytes make it throw or yield more feedback than fits into them', () => {
  const { random, label } = seededRandom();
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(
      Array.from({ length: Math.floor(random() * 80) }, () => Math.floor(random() * 256)),
    );
    for (const genuine of [REPORT, NACK, FIR]) {
      const mixed = Buffer.concat([genuine, bytes]);
      mixed[Math.floor(random() * mixed.length)] = Math.floor(random() * 256);
      assert.ok(readRtcp(mixed).length <= mixed.length / 8, label);
    }
  }
});
