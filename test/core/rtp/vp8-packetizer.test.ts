import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberedPayload, packetizeVp8, type RtpPayload } from '../../../server/core/rtp/vp8-packetizer.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const NO_LAYER = { layer: undefined };

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7) % 251);
}

function hex(payload: Uint8Array | undefined): string {
  return Buffer.from(payload ?? []).toString('hex');
}

/** The frame, and which of its pieces say that they begin it; the descriptor as RFC 7741 section 4.2 has it. */
function depacketize(payloads: RtpPayload[]): { data: Buffer; starts: boolean[] } {
  const pieces: Uint8Array[] = [];
  const starts: boolean[] = [];
  for (const { payload } of payloads) {
    const view = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    assert.equal(view.readUInt8(0) & 0x4f, 0, 'reserved bits and PID are 0');
    assert.equal(view.readUInt8(0) & 0x80, 0x80, 'X is set');
    starts.push((view.readUInt8(0) & 0x10) !== 0);
    const extension = view.readUInt8(1);
    assert.equal(extension & 0x80, 0x80, 'I is set');
    assert.equal(view.readUInt8(2) & 0x80, 0x80, 'M is set');
    pieces.push(payload.subarray(4 + (extension & 0x40 ? 1 : 0) + (extension & 0x30 ? 1 : 0)));
  }
  return { data: Buffer.concat(pieces), starts };
}

test('a small frame is one payload: a descriptor whose numbers are 0, then the frame', () => {
  const [first, ...rest] = packetizeVp8({ data: Uint8Array.of(0xaa, 0xbb, 0xcc), ...NO_LAYER }, 1150);
  assert.deepEqual(rest, []);
  assert.equal(first?.marker, true);
  assert.equal(hex(first.payload), '90e080000000aabbcc');
});

test('a layer is written as TID and Y, and N in the highest one, to which no frame refers', () => {
  const [middle] = packetizeVp8({ data: Uint8Array.of(0xaa), layer: { tid: 1, layerSync: true } }, 1150);
  const [upper] = packetizeVp8({ data: Uint8Array.of(0xaa), layer: { tid: 2, layerSync: false } }, 1150);
  assert.equal(hex(middle?.payload), '90e080000060aa');
  assert.equal(hex(upper?.payload), 'b0e080000080aa');
});

test('a viewer’s copy has that viewer’s numbers, and leaves the shared payload as it was', () => {
  const [shared] = packetizeVp8(
    { data: Uint8Array.of(0xaa, 0xbb), layer: { tid: 2, layerSync: true } },
    1150,
  );
  assert.ok(shared);
  const before = hex(shared.payload);
  assert.equal(
    hex(numberedPayload(shared.payload, { pictureId: 0x1234, tl0PicIdx: 0xff })),
    'b0e09234ffa0aabb',
  );
  assert.equal(
    hex(numberedPayload(shared.payload, { pictureId: 0x7fff, tl0PicIdx: 1 }, 2).subarray(2)),
    'b0e0ffff01a0aabb',
  );
  assert.equal(hex(shared.payload), before);
});

test('the pieces of any frame yield the frame again, within the limit, evenly split and marked', () => {
  const { random, label: shown } = seededRandom();
  const next = (below: number): number => Math.floor(random() * below);
  for (let frame = 0; frame < 300; frame++) {
    const maxPayloadBytes = 7 + next(1400);
    const data = bytes(1 + next(next(4) === 0 ? 60_000 : 3000));
    const payloads = packetizeVp8({ data, ...NO_LAYER }, maxPayloadBytes);
    const { data: again, starts } = depacketize(payloads);
    const sizes = payloads.map(({ payload }) => payload.length);
    assert.deepEqual(again, Buffer.from(data), shown);
    assert.ok(Math.max(...sizes) <= maxPayloadBytes, shown);
    assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, shown);
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
  const pieces = [100, 101, 200].map(
    (length) => packetizeVp8({ data: bytes(length), ...NO_LAYER }, 106).length,
  );
  assert.deepEqual(pieces, [1, 2, 2]);
});

test('a fine frame has five pieces or more, but none much smaller than 400 bytes', () => {
  const pieces = [300, 1000, 2500, 9000].map(
    (length) => packetizeVp8({ data: bytes(length), ...NO_LAYER }, 1150, true).length,
  );
  assert.deepEqual(pieces, [1, 2, 5, 8]);
});

test('an empty frame yields no payload', () => {
  assert.deepEqual(packetizeVp8({ data: new Uint8Array(0), ...NO_LAYER }, 100), []);
});

test('payloads do not share memory with the frame, nor frames with each other', () => {
  const data = bytes(50);
  const [first] = packetizeVp8({ data, ...NO_LAYER }, 100);
  const before = hex(first?.payload);
  data.fill(0);
  packetizeVp8({ data, ...NO_LAYER }, 100);
  assert.equal(hex(first?.payload), before);
});

test('a limit without room for a byte of video is a bug of the caller', () => {
  assert.throws(() => packetizeVp8({ data: bytes(1), ...NO_LAYER }, 6), RangeError);
  assert.throws(() => packetizeVp8({ data: bytes(1), ...NO_LAYER }, Number.NaN), RangeError);
});
