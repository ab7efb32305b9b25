import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { wallTimeIn } from '../../../server/core/local-time.ts';
import { isQuiet } from '../../../server/core/outbound/quiet-hours.ts';
import { isTimeZone } from '../../../server/wire/site.ts';

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const night = { days: EVERY_DAY, from: '22:00', to: '07:00' };
const saturdayNight = { days: [6], from: '22:00', to: '07:00' };

suite('quiet hours', () => {
  test('without windows it is never quiet', () => assert.equal(isQuiet([], 'Europe/Paris', 0), false));

  for (const [name, windows, zone, moment, expected] of [
    ['it is night in Paris', [night], 'Europe/Paris', '2026-11-23T21:00:00Z', true],
    ['it is not yet night in London', [night], 'Europe/London', '2026-11-23T21:00:00Z', false],
    ['the night is over in Paris', [night], 'Europe/Paris', '2026-11-23T06:00:00Z', false],
    ['the night goes on in London', [night], 'Europe/London', '2026-11-23T06:00:00Z', true],
    ['half an hour off the hour', [night], 'Asia/Kolkata', '2026-11-23T01:29:59Z', true],
    ['and half an hour later', [night], 'Asia/Kolkata', '2026-11-23T01:30:00Z', false],
    // 2026-03-29: 2:00 is 3:00 at once. 2026-10-25: 3:00 is 2:00 again.
    ['7:00 the day summer begins', [night], 'Europe/Paris', '2026-03-29T05:00:00Z', false],
    ['6:59 the day summer begins', [night], 'Europe/Paris', '2026-03-29T04:59:59Z', true],
    ['7:00 the day summer ends', [night], 'Europe/Paris', '2026-10-25T06:00:00Z', false],
    ['6:59 the day summer ends', [night], 'Europe/Paris', '2026-10-25T05:59:59Z', true],
    ['Sunday morning after Saturday night', [saturdayNight], 'Europe/Paris', '2026-11-29T03:00:00Z', true],
    ['Saturday morning', [saturdayNight], 'Europe/Paris', '2026-11-28T03:00:00Z', false],
    ['already Saturday night in Auckland', [saturdayNight], 'Pacific/Auckland', '2026-11-28T09:00:00Z', true],
    ['not yet in Paris', [saturdayNight], 'Europe/Paris', '2026-11-28T09:00:00Z', false],
  ] as const)
    test(name, () => assert.equal(isQuiet(windows, zone, Date.parse(moment)), expected));

  test('midnight is minute 0 of the new day, not 24:00 of the old', () =>
    assert.deepEqual(wallTimeIn('UTC', Date.parse('2026-11-23T00:00:00Z')), { day: 1, minute: 0 }));

  test('only known time zones are valid', () => {
    for (const name of ['Europe/Paris', 'UTC', 'America/Argentina/Ushuaia', '+05:30'])
      assert.equal(isTimeZone(name), true, name);
    for (const name of ['', 'Paris', 'Europe/Vigie', '../../etc/passwd', '+99:00'])
      assert.equal(isTimeZone(name), false, name);
  });
});
