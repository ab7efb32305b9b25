import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DAY_MS, MAX_SPAN_MS, MIN_SPAN_MS, TimeScale } from '../../../client/recordings/time-scale.ts';
import { ZoneClock } from '../../../client/dates/zone-clock.ts';

const NOON_MS = Date.UTC(2026, 10, 23, 12);
const HOUR_MS = 3_600_000;
const PARIS = new ZoneClock('Europe/Paris');

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
      const ticks = scale.ticks(800, PARIS);
      assert.ok(ticks.length >= 1 && ticks.length <= 11, `${ticks.length} for ${span} ms`);
      assert.ok(ticks.every(({ ms }) => ms >= scale.fromMs && ms <= scale.toMs));
      assert.ok(ticks.every(({ ms }, index) => index === 0 || ms > (ticks[index - 1]?.ms ?? 0)));
    }
  });
});

suite('a timeline’s day marks, in the time zone of the site', () => {
  for (const [zone, name, wednesday] of [
    ['Europe/Paris', 'summer begins', [2026, 3, 25]],
    ['Europe/Paris', 'summer ends', [2026, 10, 21]],
    ['Europe/Paris', 'no clock changes', [2026, 6, 10]],
    ['America/New_York', 'summer begins', [2026, 3, 4]],
    ['Asia/Kathmandu', 'no clock ever changes', [2026, 3, 25]],
  ] as const) {
    const clock = new ZoneClock(zone);
    const [year, month, day] = wednesday;
    const noonMs = clock.moment(year, month, day, 12);

    test(`are at midnight in ${zone} on every day of a week in which ${name}`, () => {
      const ticks = new TimeScale(noonMs, noonMs + 7 * DAY_MS).ticks(800, clock);
      for (const { ms } of ticks) assert.match(shownIn(zone, ms), / 00:00:00$/);
      assert.equal(ticks.length, 7);
    });

    test(`and marks of hours are round in ${zone} on the weekend in which ${name}`, () => {
      const fromMs = noonMs + 3 * DAY_MS;
      const ticks = new TimeScale(fromMs, fromMs + DAY_MS).ticks(1000, clock);
      assert.ok(ticks.length >= 12 && ticks.length <= 13, `${ticks.length}`);
      for (const { ms } of ticks) assert.match(shownIn(zone, ms), / \d[02468]:00:00$/);
    });

    test(`and marks of minutes are round in ${zone}`, () => {
      const ticks = new TimeScale(noonMs + 1, noonMs + HOUR_MS).ticks(800, clock);
      for (const { ms } of ticks) assert.match(shownIn(zone, ms), / \d\d:\d0:00$/);
    });
  }

  test('a day without a midnight has its mark where it begins', () => {
    const clock = new ZoneClock('Africa/Cairo');
    const fromMs = clock.moment(2026, 4, 22, 12);
    const ticks = new TimeScale(fromMs, fromMs + 3 * DAY_MS).ticks(300, clock);
    assert.deepEqual(
      ticks.map(({ ms }) => shownIn('Africa/Cairo', ms)),
      ['23/04/2026, 00:00:00', '24/04/2026, 01:00:00', '25/04/2026, 00:00:00'],
    );
  });
});

/** As the browser itself says it. */
function shownIn(timeZone: string, ms: number): string {
  return new Date(ms).toLocaleString('en-GB', { timeZone });
}
