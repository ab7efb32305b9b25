/** A viewer on a bad line: what is sent to it, and what that costs the others. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageFormat } from '../../server/sfu/rtp-parameters.ts';
import { RTX_SSRC, ScriptedConsumer, SSRC } from '../support/scripted-consumer.ts';

const REPORT = {
  kind: 'report',
  ssrc: SSRC,
  fractionLost: 0,
  cumulativeLost: 0,
  highestSequence: 0,
  lastSr: 0,
  delaySinceLastSr: 0,
} as const;

const media = (rig: ScriptedConsumer) => rig.sent.filter(({ ssrc }) => ssrc === SSRC);
const repeats = (rig: ScriptedConsumer) => rig.sent.filter(({ ssrc }) => ssrc === RTX_SSRC);

/** One second of frames, and the report of a line that loses this share of them. */
function second(rig: ScriptedConsumer, lossShare: number): void {
  const before = media(rig).length;
  const lostBefore = lost.get(rig) ?? 0;
  for (let frame = 0; frame < 25; frame++) rig.frame();
  const sent = media(rig).length - before;
  lost.set(rig, lostBefore + Math.round(lossShare * sent));
  const highestSequence = media(rig).at(-1)?.sequenceNumber ?? 0;
  const report = { ...REPORT, highestSequence, cumulativeLost: lost.get(rig) ?? 0, fractionLost: lossShare };
  rig.consumer.onFeedback(report, rig.nowUs);
}
const lost = new WeakMap<ScriptedConsumer, number>();

/** Packets that hold nothing, on the stream of video. */
const ends = (rig: ScriptedConsumer) => media(rig).filter(({ payload }) => payload.length === 1);

/** Seconds without a loss. */
const calm = (rig: ScriptedConsumer, seconds: number): void => {
  for (let i = 0; i < seconds; i++) second(rig, 0);
};

function requestKeyframe(rig: ScriptedConsumer): void {
  rig.consumer.onFeedback({ kind: 'keyframe', ssrc: SSRC }, rig.nowUs);
}

test('a viewer costs those who watch the same camera one keyframe in ten seconds, however often it asks', () => {
  const rig = new ScriptedConsumer();
  rig.consumer.resume();
  rig.track.add({
    limitBps: Infinity,
    onFrame: () => undefined,
    onSilence: () => undefined,
  });
  rig.frame(true);
  rig.keyframeRequests = 0;
  for (let frame = 0; frame < 25 * 31; frame++) {
    const before = rig.keyframeRequests;
    requestKeyframe(rig);
    rig.frame(rig.keyframeRequests > before);
  }
  assert.equal(rig.keyframeRequests, 4);
});

test('while packets get lost, an empty packet follows each frame, until none were lost for a while', () => {
  const rig = new ScriptedConsumer();
  rig.consumer.resume();
  rig.frame(true);
  calm(rig, 3);
  assert.equal(ends(rig).length, 0);
  for (let i = 0; i < 3; i++) second(rig, 0.05);
  const before = ends(rig).length;
  second(rig, 0.05);
  assert.equal(ends(rig).length, before + 25);
  const last = media(rig).slice(-2);
  assert.deepEqual(
    last.map(({ marker, payload }) => [marker, payload.length === 1]),
    [
      [true, false],
      [false, true],
    ],
  );
  assert.equal((last[1]?.sequenceNumber ?? 0) - (last[0]?.sequenceNumber ?? 0), 1);
  calm(rig, 22);
  const after = ends(rig).length;
  second(rig, 0);
  assert.equal(ends(rig).length, after);
});

test('the packet that follows a frame is sent again like the others, and is no packet of video', () => {
  const rig = new ScriptedConsumer();
  const { consumer } = rig;
  consumer.resume();
  rig.frame(true);
  for (let i = 0; i < 4; i++) second(rig, 0.05);
  const end = ends(rig).at(-1);
  assert.ok(end);
  consumer.onFeedback({ kind: 'nack', ssrc: SSRC, lost: [end.sequenceNumber] }, rig.nowUs);
  const number = Buffer.alloc(2);
  number.writeUInt16BE(end.sequenceNumber);
  assert.deepEqual(Buffer.from(repeats(rig).at(-1)?.payload ?? []), number);
  assert.equal(consumer.stats.packetsSent, media(rig).length - ends(rig).length);
});

test('a viewer that is no page, and a line without room, get no such packets', () => {
  const others = [
    new ScriptedConsumer(true, { ...pageFormat(false), takesFrameEnds: false }),
    new ScriptedConsumer(),
  ];
  for (const [i, rig] of others.entries()) {
    if (i === 1) Object.defineProperty(rig.path.line, 'spareShare', { value: () => 0.05 });
    rig.consumer.resume();
    rig.frame(true);
    for (let n = 0; n < 5; n++) second(rig, 0.05);
    assert.equal(ends(rig).length, 0);
  }
});

test('on a narrow line a viewer that waits for a keyframe gets nothing else, and then all again', () => {
  const rig = new ScriptedConsumer();
  const { consumer } = rig;
  consumer.resume();
  rig.frame(true);
  for (let i = 0; i < 3; i++) second(rig, 0.5);
  requestKeyframe(rig);
  assert.equal(rig.keyframeRequests, 1);
  const before = consumer.stats.framesSent;
  rig.frame();
  assert.equal(consumer.stats.framesSent, before);
  rig.frame(true);
  rig.frame();
  assert.equal(consumer.stats.framesSent, before + 2);
});

test('on a line that loses a few packets, frames go on while a keyframe is on its way', () => {
  const rig = new ScriptedConsumer();
  const { consumer } = rig;
  consumer.resume();
  rig.frame(true);
  for (let i = 0; i < 3; i++) second(rig, 0.1);
  requestKeyframe(rig);
  const before = consumer.stats.framesSent;
  rig.frame();
  assert.equal(consumer.stats.framesSent, before + 1);
});

test('on a narrow line requests beyond the budget are refused at their first packet, and counted', () => {
  const rig = new ScriptedConsumer();
  const { consumer, path } = rig;
  consumer.resume();
  rig.frame(true);
  for (let i = 0; i < 10; i++) {
    second(rig, 0.7);
    const newest = media(rig).at(-1)?.sequenceNumber ?? 0;
    const missing = Array.from({ length: 50 }, (_, back) => (newest - back + 65_536) % 65_536);
    for (let storm = 0; storm < 10; storm++)
      consumer.onFeedback({ kind: 'nack', ssrc: SSRC, lost: missing }, rig.nowUs + storm * 50_000);
  }
  const { resendsRefused, resendBps } = path.line.figures(rig.nowUs);
  assert.ok(resendsRefused > 50 && resendsRefused <= 100, String(resendsRefused));
  const repeatedBps = (repeats(rig).reduce((sum, { payload }) => sum + payload.length + 64, 0) * 8) / 10;
  assert.ok(repeatedBps < 200_000, `${repeatedBps} of ${resendBps}`);
});

test('while packets only arrive in another order, a request is answered when it is repeated', () => {
  const rig = new ScriptedConsumer();
  const { consumer } = rig;
  consumer.resume();
  rig.frame(true);
  const nack = (): number => {
    const before = repeats(rig).length;
    const newest = media(rig).at(-1)?.sequenceNumber ?? 0;
    const missing = Array.from({ length: 6 }, (_, back) => newest - 6 + back);
    consumer.onFeedback({ kind: 'nack', ssrc: SSRC, lost: missing }, rig.nowUs);
    return repeats(rig).length - before;
  };
  for (let i = 0; i < 4; i++) {
    second(rig, 0);
    assert.equal(nack(), 6);
  }
  const before = media(rig).length;
  rig.frame();
  assert.equal(media(rig).length, before + 3);
  second(rig, 0);
  assert.equal(nack(), 0);
  assert.equal(nack(), 6);
  rig.frame();
  const frame = media(rig).slice(-5);
  assert.deepEqual(
    frame.map(({ marker }) => marker),
    [false, false, false, false, true],
    'frames of more packets come more regularly',
  );
  assert.equal(Buffer.concat(frame.map(({ payload }) => payload.subarray(6))).length, 3000);
});

test('feedback that names the stream of retransmissions requests nothing of the video', () => {
  const rig = new ScriptedConsumer();
  const { consumer } = rig;
  consumer.resume();
  rig.frame(true);
  const newest = media(rig).at(-1)?.sequenceNumber ?? 0;
  rig.nowUs += 1_000_000;
  consumer.onFeedback({ kind: 'nack', ssrc: RTX_SSRC, lost: [newest] }, rig.nowUs);
  consumer.onFeedback({ kind: 'keyframe', ssrc: RTX_SSRC }, rig.nowUs);
  assert.deepEqual([repeats(rig).length, rig.keyframeRequests], [0, 0]);
});

test('on a narrow line a viewer whose keyframe may not be made yet still gets the base layer, then a keyframe and all', () => {
  const rig = new ScriptedConsumer();
  const { consumer } = rig;
  consumer.resume();
  rig.track.add({ limitBps: Infinity, onFrame: () => undefined, onSilence: () => undefined });
  rig.frame(true);
  const sends = (tid: 0 | 1 | 2, layerSync = false): boolean => {
    const before = consumer.stats.framesSent;
    return rig.picture({ full: { layer: { tid, layerSync } } }) > before;
  };
  const pattern = (): boolean[] => [sends(0), sends(2, true), sends(1, true), sends(2)];
  for (let i = 0; i < 3; i++) second(rig, 0.5);
  requestKeyframe(rig);
  rig.frame(true);
  for (let i = 0; i < 3; i++) second(rig, 0.5);
  const before = rig.keyframeRequests;
  requestKeyframe(rig);
  assert.equal(rig.keyframeRequests, before, 'refused: others watch');
  assert.deepEqual(pattern(), [true, false, false, false]);
  for (let picture = 0; rig.keyframeRequests === before && picture < 25 * 10; picture++) sends(0);
  assert.deepEqual(pattern(), [false, false, false, false], 'one is being made');
  rig.frame(true);
  rig.allocation.update(rig.nowUs);
  assert.deepEqual(pattern(), [true, true, true, true]);
});
