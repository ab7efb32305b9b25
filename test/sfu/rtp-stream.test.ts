import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ViewerLine } from '../../server/core/rtp/viewer-line.ts';
import { PACKET_OVERHEAD_BYTES, RtpStream } from '../../server/sfu/rtp-stream.ts';

const PAYLOAD = Buffer.from('payload');

test('before DTLS is done nothing is sent or counted', () => {
  const path = {
    srtp: undefined,
    isFull: false,
    line: new ViewerLine(),
    send: () => assert.fail('it was sent in the clear'),
  };
  const stream = new RtpStream(1, 96, path);
  assert.equal(stream.send(PAYLOAD, 0, true), undefined);
  assert.deepEqual([stream.packetCount, stream.octetCount], [0, 0]);
});

test('no packet index is used twice, across the wrap of sequence numbers and for packets that were not sent', () => {
  const indexes: number[] = [];
  const protect = (header: Buffer, _payload: Uint8Array, _ssrc: number, index: number): Buffer => {
    assert.equal(header.readUInt16BE(2), index % 65_536);
    indexes.push(index);
    return header;
  };
  let sent = 0;
  const stream = new RtpStream(1, 96, {
    srtp: { protect },
    isFull: false,
    line: new ViewerLine(),
    send: (packet) => {
      packet.write(0);
      return sent++ % 2 === 0;
    },
  });
  for (let packet = 0; packet < 70_000; packet++) stream.send(PAYLOAD, 0, false);
  assert.ok(
    (indexes[0] ?? Infinity) < 0x8000,
    'a viewer that misses the first packets guesses the rollover right',
  );
  assert.ok(indexes.every((index, at) => at === 0 || index === (indexes[at - 1] ?? 0) + 1));
  assert.equal(stream.packetCount, 35_000);
});

test('a packet of padding holds nothing, and counts as no octet of the video', () => {
  const written: { header: Buffer; payload: Uint8Array }[] = [];
  const protect = (header: Buffer, payload: Uint8Array): Buffer => {
    written.push({ header, payload });
    return header;
  };
  const path = { srtp: { protect }, isFull: false, line: new ViewerLine(), send: () => true };
  const stream = new RtpStream(1, 97, path, true);
  for (const bytes of [40, 200, 2000]) stream.padding(bytes, 9)?.write(0x0102);
  assert.deepEqual(
    written.map(({ payload }) => [payload.length, payload.at(-1)]),
    [
      [1, 1],
      [200 - PACKET_OVERHEAD_BYTES, 200 - PACKET_OVERHEAD_BYTES],
      [255, 255],
    ],
  );
  assert.ok(
    written.every(({ header }) => (header.readUInt8(0) & 0x20) !== 0 && header.readUInt16BE(21) === 0x0102),
  );
  assert.deepEqual([stream.packetCount, stream.paddingCount, stream.octetCount], [3, 3, 0]);
});
