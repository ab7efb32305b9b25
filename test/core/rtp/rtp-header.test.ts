import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RtpHeader } from 'werift';
import { RTP_HEADER_BYTES, writeRtpHeader } from '../../../server/core/rtp/rtp-header.ts';
import { timestamp90kAt } from '../../../server/core/rtp/rtp-clock.ts';

test('the header has the bytes of RFC 3550 then a playout delay of 0/0 and the transport-wide number', () => {
  const header = Buffer.alloc(RTP_HEADER_BYTES, 0xff);
  writeRtpHeader(header, {
    payloadType: 96,
    marker: true,
    sequenceNumber: 0x1234,
    timestamp90k: 0xfedcba98,
    ssrc: 0x01020304,
    transportSequence: 0xfffe,
  });
  assert.equal(header.toString('hex'), '90e01234fedcba9801020304bede00021200000021fffe00');
});

test('another implementation parses the header', () => {
  const header = Buffer.alloc(RTP_HEADER_BYTES);
  writeRtpHeader(header, {
    payloadType: 97,
    marker: false,
    sequenceNumber: 65_535,
    timestamp90k: 1,
    ssrc: 0xffffffff,
    transportSequence: 0x0102,
    isPadded: true,
  });
  const read = RtpHeader.deSerialize(Buffer.concat([header, Buffer.from([1])]));
  assert.equal(read.payloadType, 97);
  assert.equal(read.marker, false);
  assert.equal(read.padding, true);
  assert.equal(read.sequenceNumber, 65_535);
  assert.equal(read.ssrc, 0xffffffff);
  assert.equal(read.payloadOffset, RTP_HEADER_BYTES);
  assert.deepEqual(
    read.extensions.map(({ id, payload }) => [id, payload.toString('hex')]),
    [
      [1, '000000'],
      [2, '0102'],
    ],
  );
});

test('a second is 90000 ticks of the RTP clock, across its wrap', () => {
  const wrapUs = Math.ceil((2 ** 32 * 400_000) / 0.09);
  for (const us of [0, 1_700_000_000_000_000, wrapUs - 500_000]) {
    const ticks = (timestamp90kAt(us + 1_000_000) - timestamp90kAt(us)) >>> 0;
    assert.ok(Math.abs(ticks - 90_000) <= 1, `${ticks} ticks from ${us} µs`);
  }
  assert.ok(timestamp90kAt(wrapUs - 500_000) > timestamp90kAt(wrapUs + 500_000), 'this case wraps');
});

test('a playout delay that is allowed is written in units of 10 ms', () => {
  const header = Buffer.alloc(RTP_HEADER_BYTES);
  const fields = { payloadType: 96, marker: false, sequenceNumber: 1, timestamp90k: 2, ssrc: 3 };
  writeRtpHeader(header, { ...fields, transportSequence: 4, maxPlayoutDelayMs: 1_000 });
  assert.equal(header.toString('hex', 16), '1200006421000400');
});
