import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { CameraTrack, type FrameSink } from '../../server/sfu/camera-track.ts';
import { CameraTracks } from '../../server/sfu/camera-tracks.ts';
import type { EncodedFrame, OnEncodedFrame } from '../../server/core/video/encoded-frame.ts';
import type { FrameSource, RungDemand } from '../../server/core/video/frame-source.ts';
import { NO_RUNG, NO_VIDEO } from '../support/no-video.ts';

const FRAME: EncodedFrame = {
  cameraId: 'door',
  rung: 'full',
  layer: undefined,
  keyframe: true,
  repeated: false,
  width: 640,
  height: 480,
  data: Buffer.from('picture'),
  timestamp90k: 1,
  captureUs: 1,
  receivedUs: 1,
  decodeStartUs: 1,
  decodedUs: 1,
  encodedUs: 1,
};

const sink = (onFrame: () => unknown, onSilence = (): void => undefined): FrameSink => ({
  limitBps: undefined,
  onFrame,
  onSilence,
});

test('a viewer that fails on a frame does not affect the others, and the error is reported', () => {
  let deliver: ((frame: EncodedFrame) => void) | undefined;
  const track = new CameraTrack(
    'door',
    'full',
    {
      ...NO_VIDEO,
      subscribeRung: (_cameraId, _demand, onFrame) => {
        deliver = onFrame;
        return NO_RUNG;
      },
    },
    () => 0,
  );
  const seen: string[] = [];
  const failure = new Error('no path');
  track.add(sink(() => seen.push('first')));
  track.add(
    sink(() => {
      throw failure;
    }),
  );
  track.add(sink(() => seen.push('last')));
  assert.throws(
    () => deliver?.(FRAME),
    (error: unknown) => error instanceof AggregateError && error.errors[0] === failure,
  );
  assert.deepEqual(seen, ['first', 'last']);
});

test('after each frame the track reports the time for all viewers, also when one of them failed', () => {
  let deliver: ((frame: EncodedFrame) => void) | undefined;
  let nowUs = 100;
  const times: number[][] = [];
  const video = {
    ...NO_VIDEO,
    subscribeRung: (_cameraId: string, _demand: RungDemand, onFrame: OnEncodedFrame) => {
      deliver = onFrame;
      return NO_RUNG;
    },
  };
  const track = new CameraTrack(
    'door',
    'full',
    video,
    () => nowUs,
    (...each) => times.push(each),
  );
  track.add(sink(() => (nowUs += 7)));
  track.add(
    sink(() => {
      nowUs += 3;
      throw new Error('no path');
    }),
  );
  assert.throws(() => deliver?.(FRAME), AggregateError);
  assert.deepEqual(times, [[FRAME.encodedUs, 100, 110]]);
});

/** @returns deliver hands a frame to the track, as its camera's encoder does */
function watchedTrack(): { track: CameraTrack; deliver: (frame: EncodedFrame) => void } {
  let onFrame: ((frame: EncodedFrame) => void) | undefined;
  const video = {
    ...NO_VIDEO,
    subscribeRung: (_cameraId: string, _demand: RungDemand, listener: OnEncodedFrame) => {
      onFrame = listener;
      return NO_RUNG;
    },
  };
  const track = new CameraTrack('door', 'full', video, () => 0);
  return { track, deliver: (frame) => onFrame?.(frame) };
}

test('while no frame comes the viewers hear of it a few times a second, for a while, and not when they have left', () => {
  mock.timers.enable({ apis: ['setInterval'] });
  const { track, deliver } = watchedTrack();
  let silences = 0;
  const viewer = sink(
    () => undefined,
    () => void silences++,
  );
  track.add(viewer);
  mock.timers.tick(1_000);
  assert.equal(silences, 0, 'before the first frame there is nothing to repeat');
  for (let i = 0; i < 10; i++) {
    deliver(FRAME);
    mock.timers.tick(150);
  }
  assert.equal(silences, 0, 'frames come');
  for (let i = 0; i < 5; i++) mock.timers.tick(200);
  assert.equal(silences, 5);
  for (let i = 0; i < 1_000; i++) mock.timers.tick(200);
  assert.equal(silences, 100);
  deliver(FRAME);
  mock.timers.tick(400);
  assert.equal(silences, 101);
  track.remove(viewer);
  mock.timers.tick(10_000);
  assert.equal(silences, 101);
  mock.timers.reset();
});

test('a viewer who joins a camera that is silent since long, and waits for a keyframe, still hears of the silence', () => {
  mock.timers.enable({ apis: ['setInterval'] });
  const { track, deliver } = watchedTrack();
  track.add(sink(() => undefined));
  deliver(FRAME);
  for (let i = 0; i < 1_000; i++) mock.timers.tick(200);
  let silences = 0;
  const late = sink(
    () => undefined,
    () => void silences++,
  );
  track.add(late, false);
  for (let i = 0; i < 60; i++) mock.timers.tick(200);
  assert.equal(silences, 60);
  mock.timers.reset();
});

/** A source that writes down what it is asked. */
function askedSource(): { video: FrameSource; asked: string[] } {
  const asked: string[] = [];
  const video: FrameSource = {
    ...NO_VIDEO,
    subscribeRung: (_cameraId, { rung, limitBps }) => {
      asked.push(`subscribe ${rung} ${limitBps}`);
      return {
        limit: (bps) => void asked.push(`limit ${bps}`),
        requestKeyframe: () => void asked.push('keyframe'),
        close: () => void asked.push('close'),
      };
    },
  };
  return { video, asked };
}

test('the encoder follows the best line of those who watch, and has no limit as soon as one has none', () => {
  const { video, asked } = askedSource();
  const track = new CameraTrack('door', 'full', video, () => 0);
  const viewers = [300_000, 500_000, Infinity].map((limitBps) => ({
    ...sink(() => undefined),
    limitBps,
  })) as [FrameSink, FrameSink, FrameSink];
  for (const viewer of viewers) track.add(viewer, false);
  for (const viewer of viewers.toReversed()) track.remove(viewer);
  assert.deepEqual(asked, [
    'subscribe full 300000',
    'limit 500000',
    'limit Infinity',
    'limit 500000',
    'limit 300000',
    'close',
  ]);
  const [poor] = viewers;
  track.add({ ...poor, limitBps: undefined });
  assert.equal(asked.at(-1), 'subscribe full Infinity', 'what those before could take says nothing');
});

test('a viewer whose line is not known yet leaves the encoder as it is', () => {
  const { video, asked } = askedSource();
  const track = new CameraTrack('door', 'full', video, () => 0);
  const [poor, newcomer] = [300_000, undefined].map((limitBps) => ({
    ...sink(() => undefined),
    limitBps,
  })) as [FrameSink & { limitBps: number }, FrameSink & { limitBps: number }];
  track.add(poor, false);
  track.add(newcomer, false);
  assert.deepEqual(asked, ['subscribe full 300000']);
  assert.equal(track.heldBps(poor, 950_000), 300_000);
  poor.limitBps = 200_000;
  track.sinksChanged();
  assert.deepEqual(asked, ['subscribe full 300000']);
  newcomer.limitBps = 700_000;
  track.sinksChanged();
  assert.deepEqual(asked, ['subscribe full 300000', 'limit 700000']);
});

test('the encoder knows what a viewer’s line carries before it makes the keyframe for it', () => {
  const { video, asked } = askedSource();
  const track = new CameraTrack('door', 'full', video, () => 0);
  for (const limitBps of [300_000, 500_000]) track.add({ ...sink(() => undefined), limitBps });
  assert.deepEqual(asked, ['subscribe full 300000', 'limit 500000', 'keyframe']);
});

test('a rung is held at what the best of the other viewers takes of it', () => {
  const track = new CameraTrack('door', 'full', NO_VIDEO, () => 0);
  const [poor, better, newcomer] = [300_000, 500_000, Infinity].map((limitBps) => ({
    ...sink(() => undefined),
    limitBps,
  })) as [FrameSink, FrameSink, FrameSink];
  const held = (viewer: FrameSink): number | undefined => track.heldBps(viewer, 950_000);
  assert.equal(held(newcomer), undefined, 'nobody has it');
  track.add(poor);
  assert.deepEqual([held(poor), held(newcomer)], [undefined, 300_000]);
  track.add(better);
  assert.deepEqual([held(poor), held(better), held(newcomer)], [500_000, 300_000, 500_000]);
  track.add(newcomer);
  assert.deepEqual([held(better), held(newcomer)], [950_000, 500_000]);
});

test('a camera that is gone is asked for nothing more, while its viewers end one by one', () => {
  const { video, asked } = askedSource();
  const tracks = new CameraTracks('door', video, () => 0);
  const viewers = [300_000, 500_000].map((limitBps) => ({ ...sink(() => undefined), limitBps }));
  for (const viewer of viewers) tracks.of('full').add(viewer);
  asked.length = 0;
  tracks.close();
  for (const viewer of viewers.toReversed()) {
    tracks.of('full').remove(viewer);
    // Its line has room for another rung now.
    tracks.of('small').add(viewer);
  }
  assert.deepEqual(asked, ['close']);
});
