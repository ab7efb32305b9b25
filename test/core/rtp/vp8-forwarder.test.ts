/**
 * Tests the rungs and layers that one viewer is sent, judged by a model of a receiver: it knows the frames
 * that each frame truly refers to, and it orders frames by their descriptors as Chromium does (`RtpVp8RefFinder`).
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberedPayload, packetizeVp8 } from '../../../server/core/rtp/vp8-packetizer.ts';
import { Vp8Forwarder, type LeftOut } from '../../../server/core/rtp/vp8-forwarder.ts';
import type { Tid } from '../../../server/core/video/forwarding-target.ts';
import { RUNG_NAMES, type RungName } from '../../../server/core/video/rungs.ts';
import { seededRandom } from '../../support/seeded-random.ts';

interface ModelFrame {
  rung: RungName;
  keyframe: boolean;
  layer: { tid: Tid; layerSync: boolean } | undefined;
  timestamp90k: number;
  data: Uint8Array;
  /** The frames that it was predicted from. */
  refersTo: ModelFrame[];
}

const PATTERN = [0, 2, 1, 2] as const;

/** The encoder of one rung: L1T3 or one layer, changed at a keyframe. */
class ModelEncoder {
  readonly #rung: RungName;
  #isLayered = false;
  #index = 0;
  #newest: (ModelFrame | undefined)[] = [];

  constructor(rung: RungName) {
    this.#rung = rung;
  }

  encode(timestamp90k: number, keyframe: boolean, isLayered: boolean): ModelFrame {
    const begins = keyframe || this.#newest.length === 0 || isLayered !== this.#isLayered;
    if (begins) {
      this.#isLayered = isLayered;
      this.#newest = [];
      this.#index = 0;
    }
    const tid = isLayered ? (PATTERN[this.#index++ % PATTERN.length] ?? 0) : 0;
    const [base, middle] = this.#newest;
    const layerSync = tid === 1 || (tid === 2 && this.#index % 4 === 2);
    const refersTo = begins
      ? []
      : [base, ...(tid === 2 && !layerSync ? [middle] : [])].filter((ref) => ref !== undefined);
    const data = Uint8Array.of(tid, RUNG_NAMES.indexOf(this.#rung));
    const layer = isLayered ? { tid, layerSync: layerSync && !begins } : undefined;
    const frame = { rung: this.#rung, keyframe: begins, layer, timestamp90k, data, refersTo };
    this.#newest[tid] = frame;
    return frame;
  }
}

/** Fails on what a receiver could not decode, would wait for, or would drop. */
class ModelReceiver {
  readonly #decoded = new Set<ModelFrame>();
  #rung: RungName | undefined;
  #pictureId: number | undefined;
  #timestamp90k: number | undefined;
  /** For each TL0PICIDX, the layers of which it has had a frame. */
  #layers = new Map<number, Set<number>>();
  #tl0PicIdx: number | undefined;

  receive(frame: ModelFrame, payload: Uint8Array, timestamp90k: number): void {
    const [x, , idHigh = 0, idLow = 0, tl0PicIdx = 0, tidAndY = 0] = payload;
    assert.equal(x, frame.layer?.tid === 2 ? 0xb0 : 0x90);
    const pictureId = ((idHigh & 0x7f) << 8) | idLow;
    const tid = tidAndY >> 6;
    const isSync = (tidAndY & 0x20) !== 0;
    if (this.#pictureId !== undefined)
      assert.equal(pictureId, (this.#pictureId + 1) % 2 ** 15, 'no picture is missing');
    this.#pictureId = pictureId;
    if (this.#timestamp90k !== undefined) {
      const ahead = (timestamp90k - this.#timestamp90k + 2 ** 32) % 2 ** 32;
      assert.ok(ahead > 0 && ahead < 2 ** 31, 'timestamps grow');
    }
    this.#timestamp90k = timestamp90k;
    this.#order(frame.keyframe, tid, isSync, tl0PicIdx);
    for (const reference of frame.refersTo)
      assert.ok(this.#decoded.has(reference), 'it was sent what it refers to');
    if (frame.keyframe) this.#decoded.clear();
    else assert.equal(frame.rung, this.#rung, 'a rung begins with a keyframe');
    this.#rung = frame.rung;
    this.#decoded.add(frame);
  }

  #order(keyframe: boolean, tid: number, isSync: boolean, tl0PicIdx: number): void {
    if (tid === 0 && this.#tl0PicIdx !== undefined) assert.equal(tl0PicIdx, (this.#tl0PicIdx + 1) % 256);
    if (tid > 0) assert.equal(tl0PicIdx, this.#tl0PicIdx);
    const before = this.#layers.get(this.#tl0PicIdx ?? -1);
    this.#tl0PicIdx = tl0PicIdx;
    if (keyframe) {
      assert.equal(tid, 0);
      this.#layers.clear();
      this.#layers.set(tl0PicIdx, new Set([0]));
      return;
    }
    assert.ok(before, 'the base frame before it has arrived');
    if (tid > 0 && !isSync)
      for (let layer = 0; layer <= tid; layer++)
        assert.ok(before.has(layer), `it has had a frame of layer ${layer}`);
    this.#layers.clear();
    this.#layers.set(tl0PicIdx, new Set([...before, tid]));
  }
}

const hasLayer = { tid: 0, layerSync: false } as const;
const frameOf = (rung: RungName, timestamp90k: number, keyframe = false, layer?: ModelFrame['layer']) => ({
  rung,
  timestamp90k,
  keyframe,
  layer,
});

function leftOut(result: ReturnType<Vp8Forwarder['forward']>): LeftOut | undefined {
  return typeof result === 'string' ? result : undefined;
}

test('a receiver accepts what is sent, for any order of switches, frames left out, breaks and wraparounds', () => {
  const seen = new Set<string>();
  const { random, label } = seededRandom();
  for (let run = 0; run < 400; run++) {
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const encoders = RUNG_NAMES.map((rung) => ({
      rung,
      encoder: new ModelEncoder(rung),
      isLayered: random() < 0.8,
    }));
    const forwarder = new Vp8Forwarder(
      { rung: pick(RUNG_NAMES), maxTid: pick([0, 1, 2]) },
      { pictureId: 2 ** 15 - 1 - Math.floor(random() * 300), tl0PicIdx: Math.floor(random() * 256) },
    );
    const receiver = new ModelReceiver();
    let timestamp90k = 2 ** 32 - Math.floor(random() * 500_000);
    for (let picture = 0; picture < 200; picture++) {
      timestamp90k = (timestamp90k + (random() < 0.1 ? 1 : 3600)) % 2 ** 32;
      if (random() < 0.08) forwarder.target = { rung: pick(RUNG_NAMES), maxTid: pick([0, 1, 2]) };
      if (random() < 0.02) forwarder.interrupt();
      for (const place of encoders.toSorted(() => random() - 0.5)) {
        if (random() < 0.02) place.isLayered = !place.isLayered;
        const frame = place.encoder.encode(timestamp90k, random() < 0.06, place.isLayered);
        if (random() < 0.04) {
          forwarder.leaveOut(frame);
          continue;
        }
        const result = forwarder.forward(frame);
        seen.add(typeof result === 'string' ? result : 'sent');
        if (typeof result === 'string') continue;
        const [packet] = packetizeVp8(frame, 1150);
        assert.ok(packet);
        const payload = numberedPayload(packet.payload, result.numbers);
        assert.doesNotThrow(() => receiver.receive(frame, payload, result.timestamp90k), label);
      }
    }
  }
  assert.deepEqual([...seen].toSorted(), ['keyframe', 'layer', 'rung', 'sent']);
});

test('the old rung goes on until a keyframe of the new one', () => {
  const forwarder = new Vp8Forwarder({ rung: 'full', maxTid: 2 });
  assert.equal(leftOut(forwarder.forward(frameOf('full', 1))), 'keyframe', 'a stream begins with a keyframe');
  assert.equal(leftOut(forwarder.forward(frameOf('full', 2, true))), undefined);
  forwarder.target = { rung: 'small', maxTid: 2 };
  assert.equal(forwarder.awaitedRung, 'small');
  assert.equal(leftOut(forwarder.forward(frameOf('small', 3))), 'rung');
  assert.equal(leftOut(forwarder.forward(frameOf('full', 3))), undefined);
  assert.deepEqual(forwarder.forward(frameOf('small', 3, true)), {
    numbers: { pictureId: 2, tl0PicIdx: 2 },
    timestamp90k: 4,
  });
  assert.deepEqual([forwarder.rung, forwarder.awaitedRung], ['small', undefined]);
  assert.equal(leftOut(forwarder.forward(frameOf('full', 3600))), 'rung');
  assert.equal(leftOut(forwarder.forward(frameOf('full', 7200, true))), 'rung');
  assert.equal(leftOut(forwarder.forward(frameOf('small', 7200))), undefined);
});

test('a layer is left out at once, and sent again from a frame that refers to the base layer alone', () => {
  const forwarder = new Vp8Forwarder({ rung: 'full', maxTid: 2 });
  forwarder.forward(frameOf('full', 1, true, hasLayer));
  let timestamp90k = 1;
  const send = (tid: Tid, layerSync: boolean): LeftOut | undefined =>
    leftOut(forwarder.forward(frameOf('full', (timestamp90k += 3600), false, { tid, layerSync })));
  assert.equal(send(2, false), 'layer', 'nothing of it was sent yet');
  assert.equal(send(2, true), undefined);
  assert.equal(send(1, true), undefined);
  assert.equal(send(2, false), undefined);
  forwarder.target = { rung: 'full', maxTid: 0 };
  assert.deepEqual(
    [send(0, false), send(2, true), send(1, true), send(2, false)],
    [undefined, 'layer', 'layer', 'layer'],
  );
  forwarder.target = { rung: 'full', maxTid: 2 };
  assert.deepEqual([send(2, false), send(1, false), send(0, false)], ['layer', 'layer', undefined]);
  assert.deepEqual(
    [send(2, true), send(2, false), send(1, true), send(2, false)],
    [undefined, 'layer', undefined, 'layer'],
  );
});

test('on the way to a smaller rung the old one is sent without upper layers, to a larger one with them', () => {
  for (const [from, to, leftOutOf] of [
    ['full', 'small', 'layer'],
    ['small', 'full', undefined],
  ] as const) {
    const forwarder = new Vp8Forwarder({ rung: from, maxTid: 2 });
    forwarder.forward(frameOf(from, 1, true, hasLayer));
    forwarder.target = { rung: to, maxTid: 2 };
    const upper = frameOf(from, 3601, false, { tid: 2, layerSync: true });
    assert.equal(leftOut(forwarder.forward(upper)), leftOutOf, `${from} to ${to}`);
    assert.equal(leftOut(forwarder.forward(frameOf(from, 7201, false, hasLayer))), undefined);
    forwarder.forward(frameOf(to, 10_801, true, hasLayer));
    const next = frameOf(to, 14_401, false, { tid: 2, layerSync: true });
    assert.equal(leftOut(forwarder.forward(next)), undefined);
  }
});

test('without room an upper layer costs nothing else, a base frame costs a keyframe, another rung’s frame nothing', () => {
  const forwarder = new Vp8Forwarder({ rung: 'full', maxTid: 2 });
  forwarder.forward(frameOf('full', 1, true, hasLayer));
  forwarder.leaveOut(frameOf('full', 2, false, { tid: 2, layerSync: true }));
  assert.equal(leftOut(forwarder.forward(frameOf('full', 3, false, hasLayer))), undefined);
  forwarder.leaveOut(frameOf('small', 4, false, hasLayer));
  assert.equal(forwarder.isInterrupted, false);
  forwarder.leaveOut(frameOf('full', 4, false, hasLayer));
  assert.deepEqual([forwarder.isInterrupted, forwarder.awaitedRung], [true, 'full']);
  assert.equal(leftOut(forwarder.forward(frameOf('full', 5, false, hasLayer))), 'keyframe');
  assert.equal(leftOut(forwarder.forward(frameOf('full', 6, true, hasLayer))), undefined);
});

test('after any gap timestamps are those of the pictures again', () => {
  for (const hours of [0, 0.01, 1, 6.7, 8, 13.2, 14, 30]) {
    const forwarder = new Vp8Forwarder({ rung: 'full', maxTid: 2 });
    forwarder.forward(frameOf('full', 1, true));
    forwarder.interrupt();
    for (const ms of [40, 80]) {
      const timestamp90k = (1 + hours * 3600 * 90_000 + ms * 90) % 2 ** 32;
      const sent = forwarder.forward(frameOf('full', timestamp90k, ms === 40));
      assert.equal(typeof sent === 'object' && sent.timestamp90k, timestamp90k, `${hours} h`);
    }
  }
});
