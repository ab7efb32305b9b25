import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  flexfecPayload,
  MAX_PROTECTED_SPAN,
  type ProtectedHeader,
  type ProtectedStream,
} from '../../../server/core/rtp/flexfec.ts';
import { parityOf } from '../../../server/core/rtp/parity.ts';
import { FlexfecDecoder } from '../../support/flexfec-decoder.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const STREAM: ProtectedStream = {
  ssrc: 0x11223344,
  payloadType: 96,
  extension: Buffer.from('bede000112000000', 'hex'),
};

interface Packet extends ProtectedHeader {
  payload: Buffer;
}

function packet(sequenceNumber: number, payload: Buffer, marker = false, timestamp90k = 3000): Packet {
  return { sequenceNumber, timestamp90k, marker, payload, payloadBytes: payload.length };
}

/** As a viewer gets it. */
function rtp({ sequenceNumber, timestamp90k, marker, payload }: Packet): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(0x9000 | (marker ? 0x80 : 0) | STREAM.payloadType);
  header.writeUInt16BE(sequenceNumber, 2);
  header.writeUInt32BE(timestamp90k, 4);
  header.writeUInt32BE(STREAM.ssrc, 8);
  return Buffer.concat([header, STREAM.extension, payload]);
}

function repairOf(packets: readonly Packet[]): Buffer {
  return flexfecPayload(STREAM, packets, parityOf(packets.map(({ payload }) => payload)));
}

test('the bytes of a repair packet are those of the draft', () => {
  const packets = [
    packet(0x1000, Buffer.from('0102030405', 'hex')),
    packet(0x1002, Buffer.from('a0b0', 'hex'), true, 0x01000000),
    packet(0x100f, Buffer.from('ff', 'hex')),
  ];
  // Lengths 13, 10 and 9; timestamps 3000, 0x01000000 and 3000; 15 is the first bit of the second part.
  const bytes = ['10e0 000e 01000000 01000000 11223344 1000 5000 c0000000', 'bede0001 12000000 5eb2030405'];
  assert.equal(repairOf(packets).toString('hex'), bytes.join('').replaceAll(' ', ''));
});

test('a mask of the first fifteen packets is short', () => {
  const short = repairOf([packet(65_535, Buffer.from('01', 'hex')), packet(13, Buffer.from('03', 'hex'))]);
  assert.equal(short.toString('hex', 16), 'ffffc001000000000000000002');
});

test('any single loss is repaired, whatever the lengths, and whether or not the numbers wrap', () => {
  const { random, label } = seededRandom();
  for (let round = 0; round < 200; round++) {
    const first = round % 2 === 0 ? 65_530 : Math.floor(random() * 65_536);
    const span = 1 + Math.floor(random() * MAX_PROTECTED_SPAN);
    const packets = Array.from({ length: span }, (_, i) =>
      packet(
        (first + i) & 0xffff,
        Buffer.from(Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256))),
        random() < 0.3,
        Math.floor(random() * 2 ** 32),
      ),
    ).filter(() => random() < 0.8);
    const lost = packets[Math.floor(random() * packets.length)];
    if (!lost) continue;
    const decoder = new FlexfecDecoder(STREAM.ssrc);
    for (const one of packets) if (one !== lost) decoder.onMedia(rtp(one));
    decoder.onRepair(repairOf(packets));
    assert.deepEqual(decoder.repaired, [rtp(lost)], label);
  }
});
