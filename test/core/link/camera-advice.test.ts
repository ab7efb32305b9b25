import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cameraAdvice } from '../../../server/core/link/camera-advice.ts';
import { CameraHealth } from '../../../server/core/link/camera-health.ts';
import type { RefusalKind } from '../../../server/wire/camera.ts';
import type { TelemetryMessage } from '../../../server/wire/camera-protocol.ts';

const START_MS = 1_800_000_000_000;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WELL: TelemetryMessage = {
  type: 'telemetry',
  rssi: -55,
  heap: 120_000,
  psram: 3_000_000,
  fps: 25,
  drops: 0,
  sendStalls: 0,
  resetReason: 'power-on',
};

/** A camera in virtual time, and its advice: `code severity`. */
class Camera {
  readonly health = new CameraHealth();
  nowMs = START_MS;
  #startedAtMs = START_MS;
  #report = WELL;

  starts(resetReason: string): this {
    this.#startedAtMs = this.nowMs;
    this.#report = { ...this.#report, resetReason, drops: 0, sendStalls: 0 };
    return this.waits(3 * SECOND_MS).connects();
  }

  connects(): this {
    this.health.onWelcomed();
    this.health.onClock(this.nowMs - this.#startedAtMs, this.nowMs);
    return this.reports({});
  }

  reports(change: Partial<TelemetryMessage>): this {
    this.#report = { ...this.#report, ...change };
    this.health.onTelemetry(this.#report, this.nowMs);
    return this;
  }

  /** Sends `reports` reports, 5 s apart; each adds to the counters. */
  goesOn(reports: number, change: Partial<TelemetryMessage> = {}, drops = 0, sendStalls = 0): this {
    for (let i = 0; i < reports; i++) {
      this.waits(5 * SECOND_MS).reports({
        ...change,
        drops: this.#report.drops + drops,
        sendStalls: (this.#report.sendStalls ?? 0) + sendStalls,
      });
    }
    return this;
  }

  waits(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  does(times: number, what: (health: CameraHealth, nowMs: number) => void): this {
    for (let i = 0; i < times; i++) what(this.health, this.waits(SECOND_MS).nowMs);
    return this;
  }

  get advice(): string[] {
    return cameraAdvice(this.health.facts(this.nowMs)).map(({ code, severity }) => `${code} ${severity}`);
  }
}

const camera = (): Camera => new Camera().starts('power-on');
const noisyWeeks = (resetReason: string): Camera => {
  const one = camera();
  for (let i = 0; i < 500; i++) one.waits(20 * SECOND_MS).starts(resetReason);
  return one;
};

/** @param inARow with this one */
const refused =
  (kind: RefusalKind, inARow: number) =>
  (health: CameraHealth, nowMs: number): void =>
    health.onRefused(kind, inARow, nowMs);

const CASES: readonly (readonly [name: string, camera: () => Camera, advice: string[]])[] = [
  ['a camera that never connected', () => new Camera(), []],
  ['a healthy camera', () => camera().goesOn(100), []],
  ['one brown-out', () => camera().waits(HOUR_MS).starts('brown-out'), ['brownOut warning']],
  ['a brown-out found at the first sight', () => new Camera().starts('brown-out'), ['brownOut warning']],
  [
    'three brown-outs',
    () => camera().starts('brown-out').waits(HOUR_MS).starts('brown-out').starts('brown-out'),
    ['brownOut error'],
  ],
  [
    'a brown-out of the day before',
    () =>
      camera()
        .starts('brown-out')
        .waits(25 * HOUR_MS),
    [],
  ],
  [
    'one brown-out, and ten lost connections after it',
    () => {
      const one = camera().waits(HOUR_MS).starts('brown-out');
      for (let i = 0; i < 10; i++) one.waits(HOUR_MS).connects();
      return one;
    },
    ['brownOut warning'],
  ],
  ['brown-outs every 20 s for hours', () => noisyWeeks('brown-out'), ['brownOut error']],
  ['one crash', () => camera().waits(HOUR_MS).starts('panic'), []],
  ['two crashes', () => camera().starts('panic').waits(HOUR_MS).starts('watchdog'), ['crashes warning']],
  ['crashes every 20 s', () => noisyWeeks('watchdog'), ['crashes error']],
  ['requested restarts', () => noisyWeeks('software'), []],
  ['weak Wi-Fi', () => camera().goesOn(20, { rssi: -78 }), ['weakWifi warning']],
  ['very weak Wi-Fi', () => camera().goesOn(20, { rssi: -88 }), ['weakWifi error']],
  ['one bad moment of the radio', () => camera().goesOn(20).goesOn(1, { rssi: -88 }).goesOn(1), []],
  ['weak Wi-Fi that went away', () => camera().goesOn(20, { rssi: -78 }).goesOn(20, { rssi: -60 }), []],
  ['an unknown signal strength', () => camera().goesOn(20, { rssi: 0 }), []],
  ['little memory', () => camera().goesOn(2, { heap: 20_000 }), ['lowHeap warning']],
  ['a camera without a memory figure', () => camera().goesOn(2, { heap: 0 }), []],
  ['stalls now and then', () => camera().goesOn(10).goesOn(1, {}, 0, 1).goesOn(10), []],
  ['stall after stall', () => camera().goesOn(12, {}, 0, 1), ['sendStalls warning']],
  ['stalls that ended a minute ago', () => camera().goesOn(12, {}, 0, 1).goesOn(13), []],
  ['half of the frames skipped', () => camera().goesOn(12, { fps: 12 }, 65), ['slowLink info']],
  ['some frames skipped', () => camera().goesOn(12, { fps: 23 }, 10), []],
  [
    'counters that begin again with the connection',
    () => camera().goesOn(12, {}, 1).reports({ drops: 0 }),
    [],
  ],
  [
    'damaged pictures',
    () => camera().does(12, (health, nowMs) => health.onRefused('damaged', 1, nowMs)),
    ['damagedPictures warning'],
  ],
  ['a damaged picture now and then', () => camera().does(9, refused('damaged', 1)), []],
  [
    'damaged pictures that ended a minute ago',
    () => camera().does(12, refused('damaged', 1)).waits(MINUTE_MS),
    [],
  ],
  [
    'three in a row that are damaged',
    () => camera().does(1, refused('damaged', 3)),
    ['damagedPictures error'],
  ],
  [
    'three in a row, eleven minutes ago',
    () =>
      camera()
        .does(1, refused('damaged', 3))
        .waits(11 * MINUTE_MS),
    [],
  ],
  ['one too large', () => camera().does(1, refused('tooLarge', 1)), ['picturesTooLarge warning']],
  ['all too large', () => camera().does(5, refused('tooLarge', 5)), ['picturesTooLarge error']],
  [
    'pictures faster than any camera',
    () => camera().does(10, refused('tooFast', 1)),
    ['tooManyPictures warning'],
  ],
  [
    'pictures that no decoder accepts',
    () => camera().does(10, refused('undecodable', 1)),
    ['undecodablePictures warning'],
  ],
  [
    'none that a decoder accepts',
    () => camera().does(1, refused('undecodable', 3)),
    ['undecodablePictures error'],
  ],
  [
    'a breach of the protocol',
    () => camera().does(1, refused('violation', 1)),
    ['protocolViolation warning'],
  ],
  [
    'one breach after the other',
    () => camera().does(3, refused('violation', 1)),
    ['protocolViolation error'],
  ],
  ['a wrong key, twice', () => camera().does(2, (health, nowMs) => health.onKeyRejected(nowMs)), []],
  [
    'a wrong key, again and again',
    () => camera().does(3, (health, nowMs) => health.onKeyRejected(nowMs)),
    ['keyRejected error'],
  ],
  [
    'a wrong key that was corrected',
    () =>
      camera()
        .does(9, (health, nowMs) => health.onKeyRejected(nowMs))
        .connects(),
    [],
  ],
  [
    'wrong keys of half an hour ago',
    () =>
      camera()
        .does(9, (health, nowMs) => health.onKeyRejected(nowMs))
        .waits(HOUR_MS / 2),
    [],
  ],
  ['a connection lost twice', () => camera().does(2, (health, nowMs) => health.onReplaced(nowMs)), []],
  [
    'two cameras of one id',
    () => camera().does(6, (health, nowMs) => health.onReplaced(nowMs)),
    ['sameId error'],
  ],
  ['a sensor that hangs', () => camera().does(1, (health) => health.onFrozen(true)), ['frozenSensor error']],
  [
    'a sensor that hung until a moment ago',
    () =>
      camera()
        .does(1, (health) => health.onFrozen(true))
        .does(1, (health) => health.onFrozen(false)),
    [],
  ],
  [
    'several things at once, the worst first',
    () =>
      camera()
        .goesOn(20, { rssi: -78, fps: 10 }, 100)
        .does(3, (health, nowMs) => health.onKeyRejected(nowMs)),
    ['keyRejected error', 'weakWifi warning', 'slowLink info'],
  ],
];

suite('camera advice', () => {
  for (const [name, make, advice] of CASES) {
    test(`${name}: ${advice.join(', ') || 'no advice'}`, () => assert.deepEqual(make().advice, advice));
  }

  test('a clock that drifts for ten days is no restart', () => {
    const one = new Camera().starts('brown-out');
    one.waits(10 * 24 * HOUR_MS);
    const driftedMs = (one.nowMs - START_MS) * (1 - 1e-4);
    one.health.onClock(driftedMs, one.nowMs);
    one.health.onTelemetry({ ...WELL, resetReason: 'brown-out' }, one.nowMs);
    assert.deepEqual(one.advice, []);
  });

  test('every text ends as a sentence and says what to do', () => {
    const texts = CASES.flatMap(([, make]) => {
      const one = make();
      return cameraAdvice(one.health.facts(one.nowMs)).map(({ text }) => text);
    });
    assert.ok(texts.length > 10);
    for (const text of texts) assert.match(text, /^[A-Z].{60,}\.$/u);
  });
});

test('settings that were lowered are named, with what the connection carries and since when', () => {
  const poor = new Camera().connects();
  const wanted = { jpegQuality: 12, frameSize: 'VGA', maxFps: 25 } as const;
  const set = { ...wanted, jpegQuality: 48, frameSize: 'QVGA' } as const;
  const sinceUs = (START_MS + 90_500) * 1000;
  poor.health.onUplink({ wanted, set, sinceUs, carriesBps: 384_000 });
  const [advice] = cameraAdvice(poor.health.facts(poor.nowMs));
  assert.deepEqual(
    [advice?.code, advice?.severity, advice?.sinceMs],
    ['loweredForUplink', 'info', START_MS + 60_000],
  );
  assert.match(
    advice?.text ?? '',
    /^Lowered to 320 × 240, JPEG quality 25 %: the camera’s connection carries about 380 kbit\/s\. .*“Adapt to the connection”/,
  );
  poor.health.onUplink({ wanted, set: { ...wanted, maxFps: 5 }, sinceUs, carriesBps: undefined });
  const [slow] = cameraAdvice(poor.health.facts(poor.nowMs), (us) => us / 1000 + 3_600_000);
  assert.match(
    slow?.text ?? '',
    /^Lowered to at most 5 frames per second: the camera’s connection is too slow for more\./,
  );
  assert.equal(slow?.sinceMs, START_MS + 60_000 + 3_600_000);
  poor.goesOn(14, { fps: 10 }, 50);
  assert.deepEqual(
    cameraAdvice(poor.health.facts(poor.nowMs)).map(({ code }) => code),
    ['loweredForUplink'],
    'that pictures are skipped is part of it',
  );
  poor.health.onUplink(null);
  assert.deepEqual(
    cameraAdvice(poor.health.facts(poor.nowMs)).map(({ code }) => code),
    ['slowLink'],
  );
});
