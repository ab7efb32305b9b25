import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { DAY_MS, MAX_SPAN_MS, MIN_SPAN_MS, TimeScale } from '../../../client/recordings/time-scale.ts';

const NOON_MS = Date.UTC(2026, 10, 23, 12);
const HOUR_MS = 3_600_000;

suite('a timeline’s scale', () => {
  test('time and position are each other’s inverse', () => {
    const scale = new TimeScale(NOON_MS, NOON_MS + HOUR_MS);
    assert.deepEqual([scale.position(NOON_MS), scale.position(NOON_MS + HOUR_MS)], [0, 1]);
    assert.equal(scale.moment(scale.position(NOON_MS + 1234)), NOON_MS + 1234);
  });

  test('zooming keeps the time under the pointer in place', () => {
    const scale = new TimeScale(NOON_MS, NOON_MS + 4 * HOUR_MS);
    const around = NOON_MS + HOUR_MS;
    for (const factor of [0.5, 0.9, 1.7, 10]) {
      const zoomed = scale.zoomed(factor, around);
      assert.ok(Math.abs(zoomed.position(around) - scale.position(around)) < 1e-9);
    }
  });

  test('it shows no less than a minute and no more than a week', () => {
    const scale = new TimeScale(NOON_MS, NOON_MS + HOUR_MS);
    assert.equal(scale.zoomed(1e-6, NOON_MS).spanMs, MIN_SPAN_MS);
    assert.equal(scale.zoomed(1e6, NOON_MS).spanMs, MAX_SPAN_MS);
    assert.equal(new TimeScale(NOON_MS, NOON_MS).spanMs, MIN_SPAN_MS);
  });

  test('the played time stays visible, and a visible one moves nothing', () => {
    const scale = new TimeScale(NOON_MS, NOON_MS + HOUR_MS);
    assert.equal(scale.showing(NOON_MS + 1), scale);
    for (const ms of [NOON_MS - 1, NOON_MS + HOUR_MS + 1, NOON_MS + DAY_MS]) {
      const position = scale.showing(ms).position(ms);
      assert.ok(position > 0 && position < 1);
    }
  });

  test('ticks are in order, visible, and no closer than a label needs', () => {
    for (const span of [MIN_SPAN_MS, 10 * MIN_SPAN_MS, HOUR_MS, 5 * HOUR_MS, DAY_MS, MAX_SPAN_MS]) {
      const scale = new TimeScale(NOON_MS, NOON_MS + span);
      const ticks = scale.ticks(800);
      assert.ok(ticks.length >= 1 && ticks.length <= 11, `${ticks.length} for ${span} ms`);
      assert.ok(ticks.every(({ ms }) => ms >= scale.fromMs && ms <= scale.toMs));
      assert.ok(ticks.every(({ ms }, index) => index === 0 || ms > (ticks[index - 1]?.ms ?? 0)));
    }
  });
});

suite('a timeline’s day marks', () => {
  const zone = process.env['TZ'];
  before(() => (process.env['TZ'] = 'Europe/Paris'));
  after(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  for (const [name, wednesday] of [
    ['summer begins', '2026-03-25T12:00:00'],
    ['summer ends', '2026-10-21T12:00:00'],
    ['no clock changes', '2026-06-10T12:00:00'],
  ] as const) {
    test(`are at midnight on every day of a week in which ${name}`, () => {
      const fromMs = new Date(wednesday).getTime();
      const ticks = new TimeScale(fromMs, fromMs + 7 * DAY_MS).ticks(800);
      const hours = ticks.map(({ ms }) => new Date(ms).getHours());
      assert.deepEqual(new Set(hours), new Set([0]));
      assert.equal(ticks.length, 7);
    });

    test(`and marks of hours are round on the weekend in which ${name}`, () => {
      const fromMs = new Date(wednesday).getTime() + 3 * DAY_MS;
      const ticks = new TimeScale(fromMs, fromMs + DAY_MS).ticks(1000);
      assert.ok(ticks.length >= 12 && ticks.length <= 13, `${ticks.length}`);
      for (const { ms } of ticks) assert.equal(new Date(ms).getHours() % 2, 0);
    });
  }
});
