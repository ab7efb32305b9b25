import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ntpTimestamp } from '../../server/sfu/rtp-stream.ts';
import { RTX_SSRC, ScriptedConsumer, SSRC, type SentRtp } from '../support/scripted-consumer.ts';

const REPORT = {
  kind: 'report',
  ssrc: SSRC,
  fractionLost: 0,
  cumulativeLost: 0,
  highestSequence: 0,
  lastSr: 0,
  delaySinceLastSr: 0,
} as const;

test('after every gap the first frame sent is a keyframe', () => {
  const rig = new ScriptedConsumer();
  const { consumer, path } = rig;
  consumer.resume();
  assert.deepEqual([rig.frame(), rig.frame(true), rig.frame()], [0, 1, 2], 'at the start');
  consumer.pause();
  consumer.resume();
  assert.deepEqual([rig.frame(), rig.frame(true), rig.frame()], [2, 3, 4], 'after a pause');
  path.isOpen = false;
  assert.equal(rig.frame(), 4);
  path.isOpen = true;
  assert.deepEqual([rig.frame(), rig.frame(true), rig.frame()], [4, 5, 6], 'after the path was lost');
});

test('a frame during which the path is lost is given up after its first packet', () => {
  const rig = new ScriptedConsumer();
  rig.consumer.resume();
  rig.path.isOpen = false;
  rig.frame(true);
  assert.equal(rig.sent.length, 1);
});

test('the camera is encoded for a consumer exactly while it is resumed and its path is open', () => {
  const rig = new ScriptedConsumer(false);
  const { consumer } = rig;
  consumer.resume();
  assert.equal(rig.subscribed, false, 'DTLS is not done');
  consumer.openPath();
  assert.equal(rig.subscribed, true);
  consumer.pause();
  assert.equal(rig.subscribed, false);
  consumer.openPath();
  assert.equal(rig.subscribed, false, 'paused');
  consumer.resume();
  consumer.close('requested');
  assert.equal(rig.subscribed, false);
  consumer.resume();
  consumer.openPath();
  assert.equal(rig.subscribed, false, 'closed');
});

test('a second resume requests no keyframe', () => {
  const rig = new ScriptedConsumer();
  rig.consumer.resume();
  rig.frame(true);
  rig.consumer.resume();
  assert.equal(rig.frame(), 2);
  assert.equal(rig.keyframeRequests, 0);
});

test('closing is reported once, with its reason', () => {
  const { consumer } = new ScriptedConsumer();
  const reasons: string[] = [];
  consumer.on('close', (reason) => reasons.push(reason));
  consumer.close('rightRevoked');
  consumer.close('requested');
  assert.deepEqual(reasons, ['rightRevoked']);
});

test('a lost packet is sent again with its original number; one never sent, or dropped by a pause, is not', () => {
  const rig = new ScriptedConsumer();
  const { consumer, sent } = rig;
  consumer.resume();
  rig.frame(true);
  const [, second] = sent;
  assert.ok(second);
  const lost = [(second.sequenceNumber + 100) & 0xffff, second.sequenceNumber];
  consumer.onFeedback({ kind: 'nack', ssrc: SSRC, lost }, rig.nowUs);
  const resent = sent.at(-1);
  assert.ok(resent);
  assert.deepEqual([resent.ssrc, resent.marker, sent.length], [RTX_SSRC, second.marker, 4]);
  const number = Buffer.alloc(2);
  number.writeUInt16BE(second.sequenceNumber);
  assert.deepEqual(Buffer.from(resent.payload), Buffer.concat([number, second.payload]));
  const { nacksReceived, packetsRetransmitted, packetsSent, bytesSent } = consumer.stats;
  assert.deepEqual([nacksReceived, packetsRetransmitted, packetsSent], [1, 1, 3]);
  assert.equal(
    bytesSent,
    sent.reduce((sum, { payload }) => sum + payload.length, 0),
  );
  consumer.pause();
  rig.nowUs += 100_000;
  consumer.onFeedback({ kind: 'nack', ssrc: SSRC, lost }, rig.nowUs);
  assert.equal(sent.length, 4);
});

test("a viewer's keyframe request is served while its frames flow, and always counted", () => {
  const rig = new ScriptedConsumer();
  const { consumer } = rig;
  consumer.onFeedback({ kind: 'keyframe', ssrc: SSRC }, rig.nowUs);
  assert.equal(rig.keyframeRequests, 0);
  consumer.resume();
  consumer.onFeedback({ kind: 'keyframe', ssrc: SSRC }, rig.nowUs);
  assert.equal(rig.keyframeRequests, 1);
  assert.equal(consumer.stats.keyframeRequests, 2);
});

/** The middle 32 bits of the current sender report's time. */
const middle32At = (us: number): number => Number((ntpTimestamp(us) >> 16n) & 0xffff_ffffn);

test('the round trip is computed from the last sender report, from 1 ms to 10 s', () => {
  const rig = new ScriptedConsumer();
  const { consumer } = rig;
  const report = (lastSr: number, delaySinceLastSr: number): void =>
    consumer.onFeedback({ ...REPORT, fractionLost: 0.25, lastSr, delaySinceLastSr }, rig.nowUs);
  const measured = (): number => Math.round(consumer.stats.roundTripUs / 1000);
  const before = measured();
  report(0, 0);
  assert.equal(measured(), before, 'no sender report has arrived there yet');
  report(middle32At(rig.nowUs - 300_000), 65_536 / 10);
  assert.equal(measured(), 200);
  report(middle32At(rig.nowUs - 11_000_000), 0);
  assert.equal(measured(), 200, 'more than 10 s');
  report(middle32At(rig.nowUs), 0);
  assert.equal(measured(), 1);
  assert.equal(consumer.stats.fractionLost, 0.25);
});

test('frame timings are sent with each report while they are requested, at most 100', () => {
  const rig = new ScriptedConsumer();
  const { consumer } = rig;
  const told: number[] = [];
  consumer.on('timings', (frames) => told.push(frames.length));
  consumer.resume();
  rig.frame(true);
  consumer.report(rig.nowUs);
  assert.deepEqual(told, [], 'not requested');
  consumer.setFrameTimings(true);
  rig.frame(true, true);
  consumer.report(rig.nowUs);
  assert.deepEqual(told, [], 'a picture that was made again says nothing of the way');
  for (let frame = 0; frame < 101; frame++) rig.frame();
  consumer.report(rig.nowUs);
  rig.frame();
  consumer.report(rig.nowUs);
  consumer.report(rig.nowUs);
  assert.deepEqual(told, [100, 1]);
  consumer.setFrameTimings(false);
  rig.frame();
  consumer.report(rig.nowUs);
  assert.deepEqual(told, [100, 1]);
});

test('a report is due once a packet was sent', () => {
  const rig = new ScriptedConsumer();
  rig.consumer.resume();
  assert.deepEqual(rig.consumer.report(rig.nowUs), []);
  rig.frame(true);
  assert.equal(rig.consumer.report(rig.nowUs).length, 2);
});

test('when the camera falls silent, its last frame is sent again until a report covers it', () => {
  const rig = new ScriptedConsumer();
  const { consumer, sent } = rig;
  const silence = (): SentRtp[] => {
    const before = sent.length;
    rig.nowUs += 200_000;
    rig.silence();
    return sent.slice(before);
  };
  consumer.resume();
  rig.frame(true);
  const original = sent.map(({ sequenceNumber }) => sequenceNumber);
  const repeats = silence();
  assert.deepEqual(
    repeats.map(({ ssrc, payload }) => [ssrc, Buffer.from(payload).readUInt16BE(0)]),
    original.map((number) => [RTX_SSRC, number]),
  );
  assert.equal(silence().length, 0);
  const highestSequence = repeats.at(-1)?.sequenceNumber ?? 0;
  consumer.onFeedback({ ...REPORT, ssrc: RTX_SSRC, highestSequence }, rig.nowUs);
  for (let i = 0; i < 100; i++) assert.equal(silence().length, 0);
});

test('one keyframe is requested when the path has room again and the camera has fallen silent', () => {
  const rig = new ScriptedConsumer();
  const { consumer, path } = rig;
  consumer.resume();
  rig.frame(true);
  path.isFull = true;
  rig.frame();
  rig.silence();
  assert.equal(rig.keyframeRequests, 0);
  path.isFull = false;
  rig.silence();
  rig.silence();
  assert.equal(rig.keyframeRequests, 1);
});
