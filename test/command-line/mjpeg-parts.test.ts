import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mjpegParts } from '../../server/command-line/mjpeg-parts.ts';

const part = (jpeg: string, at: number): string =>
  `Content-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\nX-Timestamp: ${at}.500000\r\n\r\n${jpeg}\r\n--picture\r\n`;
const STREAM = Buffer.from(`--picture\r\n${part('first', 1)}${part('second, longer', 2)}`);

async function* stream(pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

async function read(pieces: Uint8Array[]): Promise<[string, number][]> {
  const parts = await Array.fromAsync(mjpegParts(stream(pieces)));
  return parts.map(({ jpeg, takenAtMs }) => [Buffer.from(jpeg).toString(), takenAtMs]);
}

test('the parts are the same however the stream is cut', async () => {
  for (const size of [1, 2, 7, 64, STREAM.length]) {
    const pieces = [];
    for (let at = 0; at < STREAM.length; at += size) pieces.push(STREAM.subarray(at, at + size));
    const parts = await read(pieces);
    assert.deepEqual(
      parts,
      [
        ['first', 1500],
        ['second, longer', 2500],
      ],
      `in pieces of ${size}`,
    );
  }
});

test('a body that is no MJPEG stream ends the reading, and is not kept', async () => {
  await assert.rejects(read([Buffer.alloc(5000, 'x')]), /no MJPEG stream/);
  await assert.rejects(read([Buffer.from('Content-Length: 999999999\r\n\r\n')]), /no MJPEG stream/);
  await assert.rejects(read([Buffer.from('X-Timestamp: 1\r\n\r\n')]), /no MJPEG stream/);
});
