import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { CameraLiveness } from '../../../server/core/link/camera-liveness.ts';

const BEGIN_US = 1_800_000_000_000_000;
const SECOND_US = 1_000_000;
const HOUR_US = 3_600 * SECOND_US;

/** A camera whose pictures all differ, and a clock that stands until it is moved. */
class Scene {
  readonly camera: CameraLiveness;
  nowUs = BEGIN_US;
  #picture = 0;

  constructor(lastPictureUs?: number) {
    this.camera = new CameraLiveness(lastPictureUs);
  }

  connect(): this {
    this.camera.onConnected(this.nowUs);
    return this;
  }

  leave(): this {
    this.camera.onDisconnected(this.nowUs);
    return this;
  }

  wait(us: number): this {
    this.nowUs += us;
    return this;
  }

  /** @param same the bytes of the picture before @param lagUs how long it was on its way */
  send({ same = false, lagUs = 0 } = {}): this {
    if (!same) this.#picture++;
    this.camera.onPicture(Buffer.from(`picture ${this.#picture}`), this.nowUs - lagUs, this.nowUs);
    return this;
  }

  play(count: number, intervalUs: number, how: Parameters<Scene['send']>[0] = {}): this {
    for (let sent = 0; sent < count; sent++) this.wait(intervalUs).send(how);
    return this;
  }

  get status(): string {
    return this.camera.at(this.nowUs).status;
  }

  /** Seconds from the begin; null: never. */
  get since(): number | null {
    const { sinceUs } = this.camera.at(this.nowUs);
    return sinceUs === null ? null : Math.round((sinceUs - BEGIN_US) / 1000) / 1000;
  }

  /** Walks on by the announced changes alone, as a timer would. @returns what it became and when, in seconds */
  changes(untilUs: number): [status: string, seconds: number][] {
    const seen: [string, number][] = [];
    for (let before = this.status; ;) {
      const atUs = this.camera.changesAtUs(this.nowUs);
      if (atUs > untilUs) return seen;
      this.nowUs = atUs;
      if (this.status !== before) seen.push([this.status, Math.round((atUs - BEGIN_US) / 1000) / 1000]);
      before = this.status;
    }
  }
}

suite('whether a camera is live', () => {
  test('a camera that was never here is that, and has no since', () => {
    const scene = new Scene();
    assert.deepEqual([scene.status, scene.since], ['never', null]);
    assert.equal(scene.camera.changesAtUs(scene.nowUs), Infinity);
  });

  test('one that was here before the server started is offline since its last picture', () => {
    const scene = new Scene(BEGIN_US - HOUR_US);
    assert.deepEqual([scene.status, scene.since], ['offline', -3600]);
  });

  test('a connection makes a camera online for 2 s; without a picture it has stalled then, and left it is offline', () => {
    const scene = new Scene().connect();
    assert.deepEqual([scene.status, scene.since], ['online', 0]);
    assert.deepEqual(scene.changes(BEGIN_US + HOUR_US), [['stalled', 2]]);
    assert.equal(scene.since, 0);
    scene.leave();
    assert.deepEqual([scene.status, scene.since], ['offline', 2]);
  });

  test('a first picture after the stall makes it online', () => {
    const scene = new Scene()
      .connect()
      .wait(5 * SECOND_US)
      .send();
    assert.deepEqual([scene.status, scene.since], ['online', 5]);
  });

  test('a fast camera has stalled 2 s after its last picture, since when it was taken', () => {
    const scene = new Scene().connect().play(250, 40_000);
    assert.deepEqual(scene.changes(BEGIN_US + HOUR_US), [['stalled', 12]]);
    assert.equal(scene.since, 10);
    scene.wait(60 * SECOND_US).send();
    assert.deepEqual([scene.status, scene.since], ['online', 72]);
  });

  test('a slow one after three times the median of its last ten intervals', () => {
    const scene = new Scene()
      .connect()
      .play(30, 40_000)
      .play(11, 10 * SECOND_US);
    const lastUs = scene.nowUs;
    assert.deepEqual(scene.changes(lastUs + HOUR_US), [['stalled', (lastUs - BEGIN_US) / SECOND_US + 30]]);
  });

  test('one stall does not make a camera a slow one', () => {
    const scene = new Scene()
      .connect()
      .play(3, 40_000)
      .wait(60 * SECOND_US)
      .send();
    assert.equal(scene.camera.at(scene.nowUs).staleAfterMs, 2_000);
  });

  test('a camera that says so is as slow as it says from its first picture on', () => {
    const scene = new Scene().connect();
    scene.camera.setPace(3_600_000, undefined);
    scene.send().wait(3 * HOUR_US);
    assert.equal(scene.status, 'online');
    scene.wait(1);
    assert.equal(scene.status, 'stalled');
  });

  test('one that takes a picture an hour and comes back after half of it is online at once', () => {
    const scene = new Scene(BEGIN_US - HOUR_US / 2);
    scene.camera.setPace(3_600_000, undefined);
    assert.equal(scene.connect().status, 'online');
  });

  test('a camera that is set to one picture a second has three of them', () => {
    const scene = new Scene().connect();
    scene.camera.setPace(undefined, 1);
    scene.send();
    assert.deepEqual(scene.changes(BEGIN_US + HOUR_US), [['stalled', 3]]);
  });

  test('the same picture for 10 s is a sensor that hangs: stalled since it first came, until another comes', () => {
    const scene = new Scene().connect().play(100, 40_000);
    const { nowUs: firstUs } = scene;
    scene.play(249, 40_000, { same: true });
    assert.equal(scene.status, 'online');
    scene.play(1, 40_000, { same: true });
    const liveness = scene.camera.at(scene.nowUs);
    assert.deepEqual([liveness.status, liveness.frozen, liveness.sinceUs], ['stalled', true, firstUs]);
    assert.equal(liveness.lastPictureUs, scene.nowUs);
    scene.play(1, 40_000);
    assert.equal(scene.status, 'online');
  });

  test('two equal pictures of a slow camera are no sign of a sensor that hangs', () => {
    const scene = new Scene()
      .connect()
      .play(5, 10 * SECOND_US)
      .play(2, 10 * SECOND_US, { same: true });
    assert.equal(scene.status, 'online');
    assert.equal(scene.play(1, 10 * SECOND_US, { same: true }).status, 'stalled');
  });

  test('the same picture with the same time is no picture', () => {
    const scene = new Scene().connect().play(10, 40_000);
    const { nowUs: takenUs } = scene;
    for (let times = 0; times < 100; times++) {
      scene.wait(40_000);
      scene.camera.onPicture(Buffer.from('picture 10'), takenUs, scene.nowUs);
    }
    const { status, frozen, lastPictureUs } = scene.camera.at(scene.nowUs);
    assert.deepEqual([status, frozen, lastPictureUs], ['stalled', false, takenUs]);
  });

  test('pictures that are seconds on their way are live, those that are longer are not', () => {
    const scene = new Scene().connect().play(50, 100_000, { lagUs: 4 * SECOND_US });
    assert.equal(scene.status, 'online');
    scene.play(50, 100_000, { lagUs: 11 * SECOND_US });
    assert.equal(scene.status, 'stalled');
  });

  test('the announced changes are all that time changes, whatever happens', () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant('wait' as const), us: fc.integer({ min: 1, max: 40 * SECOND_US }) }),
      fc.record({
        type: fc.constant('send' as const),
        same: fc.boolean(),
        lagUs: fc.integer({ min: 0, max: 20 * SECOND_US }),
      }),
      fc.record({ type: fc.constantFrom('connect' as const, 'leave' as const) }),
      fc.record({
        type: fc.constant('pace' as const),
        ms: fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined }),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const scene = new Scene();
        for (const each of steps) {
          if (each.type === 'connect') scene.connect();
          if (each.type === 'leave') scene.leave();
          if (each.type === 'pace') scene.camera.setPace(each.ms, undefined);
          if (each.type === 'send') scene.send(each);
          if (each.type !== 'wait') continue;
          const before = scene.camera.at(scene.nowUs);
          const endUs = scene.nowUs + each.us;
          const changesUs = scene.camera.changesAtUs(scene.nowUs);
          assert.ok(changesUs > scene.nowUs);
          assert.deepEqual(scene.camera.at(Math.min(endUs, changesUs - 1)), before);
          assert.ok(before.sinceUs === null || before.sinceUs <= scene.nowUs);
          scene.nowUs = endUs;
        }
      }),
    );
  });
});
