import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deframer, framed, MAX_DATAGRAM_BYTES } from '../../../server/core/rtp/rtp-framing.ts';
import { seededRandom } from '../../support/seeded-random.ts';

function deframe(chunks: readonly Buffer[]): { datagrams: string[]; ok: boolean } {
  const datagrams: string[] = [];
  const deframer = new Deframer((datagram) => datagrams.push(datagram.toString('hex')));
  const ok = chunks.every((chunk) => deframer.push(chunk));
  return { datagrams, ok };
}

test('a datagram is framed by its length in two bytes, big-endian', () => {
  assert.equal(framed(Buffer.from('abc')).toString('hex'), '0003616263');
  assert.equal(framed(Buffer.alloc(0x0102)).subarray(0, 2).toString('hex'), '0102');
});

test('datagrams are returned unchanged, however the stream is split', () => {
  const { random, label } = seededRandom();
  for (let round = 0; round < 200; round++) {
    const datagrams = Array.from({ length: 1 + Math.floor(random() * 6) }, () =>
      Buffer.from(Array.from({ length: 1 + Math.floor(random() * 300) }, () => Math.floor(random() * 256))),
    );
    const stream = Buffer.concat(datagrams.map(framed));
    const chunks: Buffer[] = [];
    for (let at = 0; at < stream.length;) {
      const end = at + 1 + Math.floor(random() * random() * 400);
      chunks.push(stream.subarray(at, end));
      at = end;
    }
    const expected = { datagrams: datagrams.map((datagram) => datagram.toString('hex')), ok: true };
    assert.deepEqual(deframe(chunks), expected, label);
  }
});

test('an empty datagram is skipped, and the longest allowed one is returned', () => {
  const longest = Buffer.alloc(MAX_DATAGRAM_BYTES, 7);
  const { datagrams, ok } = deframe([Buffer.concat([framed(Buffer.alloc(0)), framed(longest)])]);
  assert.deepEqual([datagrams, ok], [[longest.toString('hex')], true]);
});

test('an excessive length is refused before any of the datagram is held', () => {
  const tooLong = Buffer.alloc(2);
  tooLong.writeUInt16BE(MAX_DATAGRAM_BYTES + 1);
  assert.deepEqual(deframe([framed(Buffer.from('a')), tooLong]), { datagrams: ['61'], ok: false });
  assert.equal(deframe([Buffer.from('GET / HTTP/1.1\r\n\r\n')]).ok, false);
  assert.equal(deframe([Buffer.from('1603010200', 'hex')]).ok, false, 'a TLS handshake');
});
