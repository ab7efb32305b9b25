import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZoneClock } from '../../../client/dates/zone-clock.ts';

const HOUR_MS = 3_600_000;
const ZONES = ['Europe/Paris', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Cairo'];

for (const zone of ZONES) {
  test(`every hour of a year in ${zone} is found again by what its clock shows`, () => {
    const clock = new ZoneClock(zone);
    const fromMs = Date.UTC(2026, 0, 1);
    for (let ms = fromMs; ms < fromMs + 366 * 24 * HOUR_MS; ms += HOUR_MS) {
      const { year, month, day, hour, minute } = clock.wall(ms);
      const foundMs = clock.moment(year, month, day, hour) + minute * 60_000;
      // Only an hour that the clock shows twice is found an hour, or half of one, earlier.
      const { hour: again, day: sameDay } = clock.wall(foundMs);
      assert.deepEqual([sameDay, again], [day, hour], new Date(ms).toISOString());
      assert.ok(foundMs <= ms && foundMs >= ms - HOUR_MS, new Date(ms).toISOString());
    }
  });
}

test('an hour that is passed over is as much later as the clock passes over', () => {
  const paris = new ZoneClock('Europe/Paris');
  assert.equal(paris.moment(2026, 3, 29, 2), Date.UTC(2026, 2, 29, 1));
  assert.equal(paris.wall(paris.moment(2026, 3, 29, 2)).hour, 3);
});

test('an hour that is shown twice is the first of the two', () => {
  const paris = new ZoneClock('Europe/Paris');
  assert.equal(paris.moment(2026, 10, 25, 2), Date.UTC(2026, 9, 25, 0));
});

test('a day outside its month counts on', () => {
  const tokyo = new ZoneClock('Asia/Tokyo');
  assert.equal(tokyo.moment(2026, 1, 32, 9), Date.UTC(2026, 1, 1));
});
