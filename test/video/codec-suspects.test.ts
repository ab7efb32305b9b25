import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { serverClock } from '../../server/core/clock.ts';
import { createLog } from '../../server/log.ts';
import { CODEC_POOL_DEFAULTS, type CodecPoolOptions } from '../../server/video/codec-pool-options.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { Transcoder } from '../../server/video/transcoder.ts';
import { jpegPictures } from '../support/jpeg-pictures.ts';
import { assertNothingIsMissing, LockstepStream } from './lockstep-stream.ts';
import { play, publish, SeenFrames, type TestCamera } from '../support/watched-camera.ts';
import { until } from '../support/until.ts';

const TIMEOUT = { timeout: 60_000 };
const QVGA = { width: 320, height: 240, jpegs: jpegPictures({ width: 320, height: 240, count: 20 }) };
const VGA = { width: 640, height: 480, jpegs: jpegPictures({ width: 640, height: 480, count: 20 }) };
/**
 * Replaces a crash. Unlike SIGSEGV it ends all threads at once, before the decoding one has answered: Node has no
 * handler for it, and no core is dumped.
 */
const CRASH = 'SIGUSR2';
const BAD: TestCamera = { ...QVGA, cameraId: 'bad' };
const GOOD: TestCamera = { ...QVGA, cameraId: 'good' };

class Stage {
  readonly hub: FrameHub;
  readonly transcoder: Transcoder;
  #aheadUs = 0;

  constructor(t: TestContext, pool: Partial<CodecPoolOptions> = {}) {
    const log = createLog('silent');
    this.hub = new FrameHub(log);
    // No memory request is in work when a process is stopped, only a picture.
    const calm = { size: 1, restartDelayMs: 1, measureMs: 600_000, reviewMs: 20 };
    const options = { pool: { ...CODEC_POOL_DEFAULTS, ...calm, ...pool } };
    this.transcoder = new Transcoder(this.hub, log, options, () => serverClock() + this.#aheadUs);
    t.after(() => this.transcoder.close());
  }

  later(seconds: number): void {
    this.#aheadUs += seconds * 1e6;
  }

  get onlyPid(): number {
    const [pid, ...others] = this.transcoder.codecPids;
    assert.ok(pid && others.length === 0);
    return pid;
  }

  get confinedPids(): number[] {
    return this.transcoder.codecFigures.processes.filter(({ confined }) => confined).map(({ pid }) => pid);
  }

  /** Watches the camera, and has one frame of it encoded. */
  async watch(camera: TestCamera): Promise<SeenFrames> {
    const seen = new SeenFrames(this.transcoder, camera.cameraId);
    publish(this.hub, camera, 0);
    await seen.count(1);
    return seen;
  }

  /**
   * Ends the process with a picture of the camera in work: it is stopped, the picture comes, and then the signal.
   *
   * @param meanwhile runs after the picture was sent
   */
  async dies(
    pid: number | undefined,
    camera: TestCamera,
    signal: typeof CRASH | 'SIGKILL',
    meanwhile?: () => void,
  ): Promise<void> {
    // Number 0 would be the test's own process group.
    assert.ok(pid);
    const { deaths } = this.transcoder.codecFigures;
    process.kill(pid, 'SIGSTOP');
    publish(this.hub, camera, 1);
    meanwhile?.();
    process.kill(pid, signal);
    process.kill(pid, 'SIGCONT');
    await until(() => this.transcoder.codecFigures.deaths > deaths);
  }

  /** The camera's pictures crash the shared process, and then twice the one it is confined to. */
  async setAside(camera: TestCamera, seen: SeenFrames): Promise<void> {
    await this.dies(this.transcoder.codecPids[0], camera, CRASH);
    for (let death = 0; death < 2; death++) {
      const before = seen.frames.length;
      publish(this.hub, camera, 0);
      await seen.count(before + 1);
      const [pid] = this.confinedPids;
      await this.dies(pid, camera, CRASH);
    }
    assert.deepEqual(this.transcoder.codecFigures.aside, [camera.cameraId]);
  }
}

test('codec processes killed from outside set no camera aside, whatever was in work', TIMEOUT, async (t) => {
  const stage = new Stage(t);
  const watched = [await stage.watch(BAD), await stage.watch(GOOD)];
  for (let kill = 0; kill < 8; kill++) {
    const camera = kill % 4 === 0 ? GOOD : BAD;
    const [pid] = stage.transcoder.codecPids;
    await stage.dies(pid, camera, 'SIGKILL', () => publish(stage.hub, kill % 4 === 0 ? BAD : GOOD, 2));
    const before = watched.map(({ frames }) => frames.length);
    publish(stage.hub, BAD, 3);
    publish(stage.hub, GOOD, 3);
    await Promise.all(watched.map((seen, index) => seen.count((before[index] ?? 0) + 1)));
  }
  const { confined, aside, deaths } = stage.transcoder.codecFigures;
  assert.deepEqual([confined, aside, deaths], [[], [], 8]);
});

test('after a kill with two watched cameras both continue with a keyframe', TIMEOUT, async (t) => {
  const stage = new Stage(t);
  const watched = [await stage.watch(BAD), await stage.watch(GOOD)];
  play(t, stage.hub, BAD);
  play(t, stage.hub, GOOD);
  await Promise.all(watched.map((seen) => seen.count(10)));
  const from = watched.map(({ frames }) => frames.length);
  process.kill(stage.onlyPid, 'SIGKILL');
  await until(() => stage.transcoder.codecFigures.deaths === 1);
  for (const [index, seen] of watched.entries()) {
    await seen.find(({ keyframe }) => keyframe, from[index]);
    await seen.count(seen.frames.length + 10);
  }
  assert.deepEqual(stage.transcoder.codecFigures.confined, []);
});

test(
  'a camera whose pictures crash processes is confined, then set aside; others lose a frame at the first death only',
  TIMEOUT,
  async (t) => {
    const stage = new Stage(t);
    const { transcoder, hub } = stage;
    const bad = await stage.watch(BAD);
    const good = await stage.watch(GOOD);
    await stage.dies(transcoder.codecPids[0], BAD, CRASH, () => publish(hub, GOOD, 1));
    assert.deepEqual(transcoder.codecFigures.confined, ['bad']);
    await good.count(2);
    for (let death = 1; death <= 2; death++) {
      assert.equal(transcoder.stats('bad')?.timesAside, 0);
      publish(hub, BAD, 0);
      await bad.count(1 + death);
      const before = good.frames.length;
      const [pid] = stage.confinedPids;
      await stage.dies(pid, BAD, CRASH, () => publish(hub, GOOD, 2));
      await good.count(before + 1);
      assert.equal(good.frames.at(-1)?.keyframe, false);
    }
    assert.deepEqual([transcoder.stats('bad')?.timesAside, transcoder.stats('good')?.restarts], [1, 1]);
    assert.deepEqual(stage.confinedPids, []);
    play(t, hub, BAD);
    play(t, hub, GOOD);
    const before = bad.frames.length;
    await good.count(good.frames.length + 10);
    assert.equal(bad.frames.length, before);
  },
);

test('a camera that hangs its process is treated the same', TIMEOUT, async (t) => {
  const stage = new Stage(t, { answerTimeoutMs: 200 });
  const { transcoder, hub } = stage;
  await stage.watch(BAD);
  process.kill(stage.onlyPid, 'SIGSTOP');
  publish(hub, BAD, 1);
  await until(() => transcoder.codecFigures.confined.length === 1);
});

test(
  'after its time aside a camera is confined, then in the shared process again, without a gap',
  TIMEOUT,
  async (t) => {
    const stage = new Stage(t);
    const { transcoder, hub } = stage;
    const seen = await stage.watch(BAD);
    await stage.setAside(BAD, seen);
    stage.later(60);
    await until(() => transcoder.codecFigures.confined.length === 1);
    const { restarts } = transcoder.stats('bad') ?? {};
    const stream = new LockstepStream(hub, transcoder, BAD);
    await stream.seen.count(5);
    assert.equal(stage.confinedPids.length, 1);
    stage.later(60);
    await until(() => transcoder.codecFigures.confined.length === 0 && stage.confinedPids.length === 0);
    const from = stream.seen.frames.length;
    await stream.seen.count(from + 5);
    await stream.stop();
    assertNothingIsMissing(stream);
    assert.deepEqual([transcoder.stats('bad')?.restarts, transcoder.codecPids.length], [restarts, 1]);
  },
);

test('a camera set aside is tried again when its pictures have another size', TIMEOUT, async (t) => {
  const stage = new Stage(t);
  const seen = await stage.watch(BAD);
  await stage.setAside(BAD, seen);
  stage.later(11);
  const before = seen.frames.length;
  publish(stage.hub, BAD, 0);
  const captureUs = publish(stage.hub, { ...VGA, cameraId: BAD.cameraId }, 0);
  await seen.count(before + 1);
  assert.deepEqual([seen.frames.at(-1)?.captureUs, seen.frames.at(-1)?.width], [captureUs, 640]);
  assert.equal(stage.confinedPids.length, 1);
});

test(
  'a camera set aside yields neither thumbnails nor stored pictures, and the refusal is immediate',
  TIMEOUT,
  async (t) => {
    const stage = new Stage(t);
    const seen = await stage.watch(BAD);
    await stage.setAside(BAD, seen);
    const frame = stage.hub.latest(BAD.cameraId);
    assert.ok(frame);
    await assert.rejects(stage.transcoder.scaleFrame(frame, 160), /keep ending codec processes/);
    assert.deepEqual(await stage.transcoder.encodeBatch([frame], 500_000), []);
  },
);

test('suspects beyond the processes for them share one, never with a trusted camera', TIMEOUT, async (t) => {
  const stage = new Stage(t, { confinedSize: 2 });
  const { transcoder, hub } = stage;
  const good = await stage.watch(GOOD);
  for (const cameraId of ['x', 'y', 'z']) {
    const suspect = { ...QVGA, cameraId };
    const seen = await stage.watch(suspect);
    const shared = transcoder.codecFigures.processes.find(({ confined }) => !confined);
    await stage.dies(shared?.pid, suspect, CRASH);
    publish(hub, suspect, 2);
    await seen.count(2);
    const before = good.frames.length;
    publish(hub, GOOD, 2);
    await good.count(before + 1);
  }
  const { confined, processes } = transcoder.codecFigures;
  assert.deepEqual(confined, ['x', 'y', 'z']);
  const seats = processes.map((process) => `${process.confined ? 'confined' : 'shared'} ${process.seats}`);
  assert.deepEqual(seats.toSorted(), ['confined 1', 'confined 2', 'shared 1']);
});
