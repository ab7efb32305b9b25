import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isScheduled } from '../../../server/core/recording/recording-schedule.ts';

const at = (day: number, time: string) => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return { day, minute: hours * 60 + minutes };
};
const office = { days: [1, 2, 3, 4, 5], from: '08:30', to: '17:00' };
const night = { days: [6], from: '22:00', to: '06:00' };
const wholeDay = { days: [0], from: '00:00', to: '24:00' };

suite('recording schedule', () => {
  test('without windows it is always', () => assert.equal(isScheduled([], at(3, '03:00')), true));

  for (const [name, windows, time, expected] of [
    ['within', [office], at(1, '08:30'), true],
    ['before', [office], at(1, '08:29'), false],
    ['at its end', [office], at(5, '17:00'), false],
    ['on another day', [office], at(6, '12:00'), false],
    ['late on the evening a night begins', [night], at(6, '23:00'), true],
    ['early on the morning after', [night], at(0, '05:59'), true],
    ['early on the morning of its day', [night], at(6, '05:00'), false],
    ['the last minute of a whole day', [wholeDay], at(0, '23:59'), true],
    ['the first minute after it', [wholeDay], at(1, '00:00'), false],
    ['in one of several', [office, night], at(0, '01:00'), true],
  ] as const) {
    test(name, () =>
      assert.equal(
        isScheduled(
          windows.map((window) => ({ ...window, days: [...window.days] })),
          time,
        ),
        expected,
      ),
    );
  }
});
