import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ViewerLine } from '../../server/core/rtp/viewer-line.ts';
import { RtpStream } from '../../server/sfu/rtp-stream.ts';

const PAYLOAD = Buffer.from('payload');

test('before DTLS is done nothing is sent or counted', () => {
  const path = {
    srtp: undefined,
    isFull: false,
    line: new ViewerLine(),
    nextTransportSequence: () => 0,
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
    nextTransportSequence: () => 0,
    send: () => sent++ % 2 === 0,
  });
  for (let packet = 0; packet < 70_000; packet++) stream.send(PAYLOAD, 0, false);
  assert.ok(
    (indexes[0] ?? Infinity) < 0x8000,
    'a viewer that misses the first packets guesses the rollover right',
  );
  assert.ok(indexes.every((index, at) => at === 0 || index === (indexes[at - 1] ?? 0) + 1));
  assert.equal(stream.packetCount, 35_000);
});
