import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  MOTION_DEFAULTS,
  MotionDetector,
  type MotionSettings,
} from '../../../server/core/motion/motion-detector.ts';
import type { EpisodeChange } from '../../../server/core/motion/motion-episodes.ts';
import { view, type Thing } from '../../support/synthetic-view.ts';

const STEP_MS = 200;
const walker = (left: number): Thing => ({ left, top: 20, width: 4, height: 12, luma: 240 });

interface Scene {
  from: number;
  seconds: number;
  things?: (timeMs: number) => Thing[];
  light?: (luma: number, row: number, timeMs: number) => number;
}

class Watch {
  readonly changes: (EpisodeChange['type'] | 'nothing')[] = [];
  readonly groups: string[] = [];
  readonly #detector: MotionDetector;
  constructor(settings: Partial<MotionSettings> = {}) {
    this.#detector = new MotionDetector({ ...MOTION_DEFAULTS, ...settings });
  }
  play({ from, seconds, things, light }: Scene): this {
    for (let timeMs = from * 1000; timeMs < (from + seconds) * 1000; timeMs += STEP_MS) {
      const frame = view(timeMs, things?.(timeMs), light && ((luma, row) => light(luma, row, timeMs)));
      for (const { type, group } of this.#detector.analyse(frame)) {
        this.changes.push(type);
        this.groups.push(group);
      }
    }
    return this;
  }
}

const empty: Scene = { from: 0, seconds: 10 };
const walksThrough: Scene = {
  from: 10,
  seconds: 10,
  things: (timeMs) => [walker(Math.round((timeMs - 10_000) / 100))],
};

const LEFT = {
  id: 'left',
  points: [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ],
} as const;

const drift = (luma: number, _: number, timeMs: number): number => luma * (1 - timeMs / 200_000);
const jump = (luma: number, _: number, timeMs: number): number =>
  luma * (Math.floor(timeMs / 7000) % 2 ? 1.25 : 0.7);
const flicker = (luma: number, row: number, timeMs: number): number =>
  luma * (1 + 0.12 * Math.sin(row / 4 + timeMs / 90));
const dim = (timeMs: number): Thing[] => [
  { left: 30 + ((timeMs / STEP_MS) % 4), top: 20, width: 8, height: 12, luma: 110 },
];

suite('motion detector', () => {
  test('a still scene raises no event', () => {
    assert.deepEqual(new Watch().play({ from: 0, seconds: 60 }).changes, []);
  });

  test('a person who walks through is one event', () => {
    assert.deepEqual(new Watch().play(empty).play(walksThrough).play({ from: 20, seconds: 10 }).changes, [
      'started',
      'ended',
    ]);
  });

  test('a person who walks through while the background is started leaves no ghost', () => {
    const start: Scene = { from: 0, seconds: 2.2, things: (timeMs) => [walker(Math.round(timeMs / 50))] };
    assert.deepEqual(new Watch().play(start).play({ from: 2.2, seconds: 20 }).changes, []);
  });

  test('a car that parks is an event that ends once it has become background', () => {
    const parked: Scene = {
      from: 10,
      seconds: 60,
      things: () => [{ left: 30, top: 30, width: 16, height: 8, luma: 230 }],
    };
    assert.deepEqual(new Watch().play(empty).play(parked).changes, ['started', 'ended']);
  });

  test('the light drifts, jumps and flickers without an event', () => {
    for (const light of [drift, jump, flicker])
      assert.deepEqual(new Watch().play({ from: 0, seconds: 90, light }).changes, []);
  });

  test('a person who walks through is detected despite an exposure jump', () => {
    const brighter: Scene = { from: 10, seconds: 5, light: (luma) => luma * 1.3 };
    const walks = { ...walksThrough, from: 15, light: (luma: number) => luma * 1.3 };
    assert.deepEqual(new Watch().play(empty).play(brighter).play(walks).changes.slice(0, 1), ['started']);
  });

  test('an object that fills most of the picture at once is an event, not an exposure jump', () => {
    const close: Scene = {
      from: 10,
      seconds: 4,
      things: (timeMs) => [
        { left: 5, top: 5, width: 60, height: 50, luma: 60 + ((timeMs / STEP_MS) % 2) * 90 },
      ],
    };
    assert.deepEqual(new Watch().play(empty).play(close).changes, ['started']);
  });

  test('separate zones have their own, possibly concurrent episodes', () => {
    const right = { id: 'right', points: LEFT.points.map(([x, y]) => [x + 0.5, y] as const) };
    const zones = [LEFT, right];
    const across = { ...walksThrough, seconds: 8 };
    const together = new Watch({ zones }).play(empty).play(across).play({ from: 18, seconds: 10 });
    assert.deepEqual(together.changes, ['started', 'zoneJoined', 'ended']);
    const apart = new Watch({ zones, separateZones: true }).play(empty).play(across);
    assert.deepEqual(apart.changes, ['started', 'started']);
    apart.play({ from: 18, seconds: 10 });
    assert.deepEqual(apart.changes.slice(2), ['ended', 'ended']);
    assert.deepEqual(apart.groups, ['left', 'right', 'left', 'right']);
    assert.deepEqual(
      new Watch({ zones: [LEFT], separateZones: true }).play(empty).play(across).groups,
      ['left'],
      'motion outside of all zones is ignored',
    );
    assert.deepEqual(
      new Watch({ separateZones: true }).play(empty).play(across).changes,
      ['started'],
      'without zones the whole picture is one',
    );
  });

  test('only zones count, and masks never do', () => {
    const onTheRight: Scene = {
      from: 10,
      seconds: 4,
      things: (timeMs) => [walker(50 + Math.round((timeMs - 10_000) / 200))],
    };
    assert.deepEqual(new Watch({ zones: [LEFT] }).play(empty).play(onTheRight).changes, []);
    assert.deepEqual(new Watch({ zones: [LEFT] }).play(empty).play(walksThrough).changes, [
      'started',
      'ended',
    ]);
    assert.deepEqual(
      new Watch({ masks: [LEFT] }).play(empty).play({ ...walksThrough, seconds: 3 }).changes,
      [],
    );
  });

  test('smaller or shorter motion than configured is no event', () => {
    const small: Scene = {
      from: 10,
      seconds: 4,
      things: () => [{ left: 30, top: 30, width: 3, height: 3, luma: 250 }],
    };
    assert.deepEqual(new Watch({ minArea: 0.01 }).play(empty).play(small).changes, []);
    const short: Scene = { from: 10, seconds: 0.6, things: () => [walker(30)] };
    assert.deepEqual(
      new Watch({ minDurationMs: 1_000 }).play(empty).play(short).play({ from: 10.6, seconds: 5 }).changes,
      [],
    );
  });

  test('a higher sensitivity detects motion that a lower one does not', () => {
    const even: Scene = { from: 0, seconds: 10, light: () => 100 };
    const passes: Scene = { from: 10, seconds: 4, things: dim, light: (luma) => (luma === 110 ? 108 : 100) };
    assert.deepEqual(new Watch({ sensitivity: 90 }).play(even).play(passes).changes, ['started']);
    assert.deepEqual(new Watch({ sensitivity: 20 }).play(even).play(passes).changes, []);
  });

  test('another frame size starts again and raises nothing', () => {
    const detector = new MotionDetector(MOTION_DEFAULTS);
    for (let index = 0; index < 20; index++) detector.analyse(view(index * STEP_MS));
    const luma = new Uint8Array(40 * 30).fill(200);
    for (let index = 20; index < 60; index++) {
      const frame = { cameraId: 'cam_1', width: 40, height: 30, luma, captureUs: index * STEP_MS * 1000 };
      assert.deepEqual(detector.analyse(frame), []);
    }
  });

  test('a camera that goes offline ends its event', () => {
    const detector = new MotionDetector(MOTION_DEFAULTS);
    for (let index = 0; index < 20; index++) detector.analyse(view(index * STEP_MS));
    for (let index = 20; index < 30; index++) detector.analyse(view(index * STEP_MS, [walker(index)]));
    assert.deepEqual(
      detector.reset().map(({ type }) => type),
      ['ended'],
    );
    assert.deepEqual(detector.reset(), []);
  });
});
