import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Vp8Packetizer, type RtpPayload } from '../../../server/core/rtp/vp8-packetizer.ts';

/** mulberry32: a seeded generator, so that a failure can be reproduced. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7) % 251);
}

interface Depacketized {
  data: Buffer;
  pictureIds: Set<number>;
  starts: boolean[];
}

/** Parses the descriptors by RFC 7741 section 4.2, independently of the code under test. */
function depacketize(payloads: RtpPayload[]): Depacketized {
  const pieces: Uint8Array[] = [];
  const pictureIds = new Set<number>();
  const starts: boolean[] = [];
  for (const { payload } of payloads) {
    const view = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    assert.equal(view.readUInt8(0) & 0x4f, 0, 'reserved bits and PID are 0');
    assert.equal(view.readUInt8(0) & 0x80, 0x80, 'X is set');
    starts.push((view.readUInt8(0) & 0x10) !== 0);
    const extension = view.readUInt8(1);
    assert.equal(extension & 0x80, 0x80, 'I is set');
    assert.equal(view.readUInt8(2) & 0x80, 0x80, 'M is set');
    pictureIds.add(view.readUInt16BE(2) & 0x7fff);
    const header = 4 + (extension & 0x40 ? 1 : 0) + (extension & 0x30 ? 1 : 0);
    pieces.push(payload.subarray(header));
  }
  return { data: Buffer.concat(pieces), pictureIds, starts };
}

test('a small frame is one payload: descriptor, then the frame', () => {
  const packetizer = new Vp8Packetizer({ maxPayloadBytes: 1150, firstPictureId: 0x1234 });
  const [first, ...rest] = packetizer.packetize({ data: Uint8Array.of(0xaa, 0xbb, 0xcc) });
  assert.deepEqual(rest, []);
  assert.equal(first?.marker, true);
  assert.equal(Buffer.from(first.payload).toString('hex'), '90809234aabbcc');
});

test('temporal layers are written as L, T, TL0PICIDX, TID and Y, and N for non-reference frames', () => {
  const packetizer = new Vp8Packetizer({ maxPayloadBytes: 1150, firstPictureId: 1 });
  const [base] = packetizer.packetize(
    { data: Uint8Array.of(0xaa) },
    { layer: { tid: 0, tl0PicIdx: 255, layerSync: false }, nonReference: false },
  );
  const [upper] = packetizer.packetize(
    { data: Uint8Array.of(0xaa) },
    { layer: { tid: 2, tl0PicIdx: 0x107, layerSync: true }, nonReference: true },
  );
  assert.equal(Buffer.from(base?.payload ?? []).toString('hex'), '90e08001ff00aa');
  assert.equal(Buffer.from(upper?.payload ?? []).toString('hex'), 'b0e0800207a0aa');
});

test('the pieces of any frame yield the frame again, within the limit, evenly split, marked and numbered', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const next = random(seed);
    const maxPayloadBytes = 7 + next(1400);
    const data = bytes(1 + next(next(4) === 0 ? 60_000 : 3000));
    const firstPictureId = next(2 ** 15);
    const placement =
      next(2) === 0
        ? { layer: { tid: next(4), tl0PicIdx: next(256), layerSync: next(2) === 0 }, nonReference: false }
        : undefined;
    const payloads = new Vp8Packetizer({ maxPayloadBytes, firstPictureId }).packetize({ data }, placement);
    const { data: again, pictureIds, starts } = depacketize(payloads);
    const sizes = payloads.map(({ payload }) => payload.length);
    const shown = `seed ${seed}`;
    assert.deepEqual(again, Buffer.from(data), shown);
    assert.ok(Math.max(...sizes) <= maxPayloadBytes, shown);
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, shown);
    assert.deepEqual([...pictureIds], [firstPictureId], shown);
    assert.deepEqual(
      starts,
      starts.map((_, index) => index === 0),
      shown,
    );
    assert.deepEqual(
      payloads.map(({ marker }) => marker),
      sizes.map((_, index) => index === sizes.length - 1),
      shown,
    );
  }
});

test('a frame is split exactly at the limit', () => {
  const packetizer = new Vp8Packetizer({ maxPayloadBytes: 104 });
  assert.equal(packetizer.packetize({ data: bytes(100) }).length, 1);
  assert.equal(packetizer.packetize({ data: bytes(101) }).length, 2);
  assert.equal(packetizer.packetize({ data: bytes(200) }).length, 2);
});

test('picture ids count by one and wrap at 2^15', () => {
  const packetizer = new Vp8Packetizer({ maxPayloadBytes: 100, firstPictureId: 2 ** 15 - 2 });
  const ids = Array.from({ length: 4 }, () => [
    ...depacketize(packetizer.packetize({ data: bytes(300) })).pictureIds,
  ]);
  assert.deepEqual(ids, [[32_766], [32_767], [0], [1]]);
});

test('an empty frame yields no payload and uses no picture id', () => {
  const packetizer = new Vp8Packetizer({ maxPayloadBytes: 100, firstPictureId: 9 });
  assert.deepEqual(packetizer.packetize({ data: new Uint8Array(0) }), []);
  assert.deepEqual([...depacketize(packetizer.packetize({ data: bytes(1) })).pictureIds], [9]);
});

test('payloads do not share memory with the frame, nor frames with each other', () => {
  const packetizer = new Vp8Packetizer({ maxPayloadBytes: 100 });
  const data = bytes(50);
  const [first] = packetizer.packetize({ data });
  const before = Buffer.from(first?.payload ?? []);
  data.fill(0);
  packetizer.packetize({ data });
  assert.deepEqual(Buffer.from(first?.payload ?? []), before);
});

test('a limit without room for a byte of video is a bug of the caller', () => {
  assert.throws(() => new Vp8Packetizer({ maxPayloadBytes: 6 }), RangeError);
  assert.throws(() => new Vp8Packetizer({ maxPayloadBytes: Number.NaN }), RangeError);
});
