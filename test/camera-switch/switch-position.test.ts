/** One switch: by hand, by its hours, and both. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { switched, SwitchPosition, type SwitchMoment } from '../../server/camera-switch/switch-position.ts';
import { minutesToChange } from '../../server/core/recording/recording-schedule.ts';

/** A Monday. */
const MIDNIGHT_MS = Date.UTC(2026, 10, 23);
const OFFICE = { days: [1, 2, 3, 4, 5], from: '08:30', to: '17:00' };
const WHOLE_WEEK = { days: [0, 1, 2, 3, 4, 5, 6], from: '00:00', to: '24:00' };

function at(hours: number, minutes = 0, seconds = 0): SwitchMoment {
  const nowMs = MIDNIGHT_MS + ((hours * 60 + minutes) * 60 + seconds) * 1000;
  const date = new Date(nowMs);
  return { nowMs, wall: { day: date.getUTCDay(), minute: date.getUTCHours() * 60 + date.getUTCMinutes() } };
}

function offAt(position: SwitchPosition, moment: SwitchMoment) {
  position.update(() => moment);
  return position.off;
}

suite('a switch', () => {
  test('that was never used is on', () => {
    assert.equal(offAt(new SwitchPosition(undefined), at(12)), null);
  });

  test('is off by hand from then on, whatever its hours', () => {
    const position = new SwitchPosition({ offHours: [OFFICE] });
    position.set(switched(position.state, true, 'ada', at(7)));
    for (const hour of [7, 9, 18, 30])
      assert.deepEqual(offAt(position, at(hour)), {
        by: 'user',
        username: 'ada',
        sinceMs: at(7).nowMs,
        untilMs: null,
      });
    const again = switched(position.state, true, 'bob', at(8));
    assert.equal(again.byHand?.username, 'ada', 'it was off already');
  });

  test('is off in its hours, and says since when and until when', () => {
    const position = new SwitchPosition({ offHours: [OFFICE] });
    assert.equal(offAt(position, at(8, 29, 59)), null);
    const off = { by: 'schedule', username: null, sinceMs: at(8, 30).nowMs, untilMs: at(17).nowMs };
    assert.deepEqual(offAt(position, at(8, 30, 0)), off);
    assert.deepEqual(offAt(position, at(16, 59, 59)), off);
    assert.deepEqual(offAt(new SwitchPosition({ offHours: [OFFICE] }), at(12, 34, 56)), off, 'at a start');
    assert.equal(offAt(position, at(17)), null);
  });

  test('switched on within its hours stays on until they end, and is off again in the next', () => {
    const position = new SwitchPosition({ offHours: [OFFICE] });
    position.set(switched(position.state, false, 'ada', at(12)));
    assert.equal(offAt(position, at(12)), null);
    const restarted = new SwitchPosition(position.state);
    for (const each of [position, restarted]) {
      assert.equal(offAt(each, at(16, 59)), null);
      assert.equal(offAt(each, at(17)), null);
      assert.equal(offAt(each, at(24 + 8, 30))?.by, 'schedule');
    }
  });

  test('cannot be switched on where its hours are the whole week', () => {
    const position = new SwitchPosition({ offHours: [WHOLE_WEEK] });
    assert.equal(offAt(position, at(12))?.untilMs, null);
    assert.throws(() => switched(position.state, false, 'ada', at(12)), /the whole week/);
  });
});

suite('minutes to the next change of windows', () => {
  for (const [what, windows, moment, direction, expected] of [
    ['of the begin', [OFFICE], at(8), 1, 30],
    ['of the end', [OFFICE], at(8, 30), 1, 510],
    ['over a week-end', [OFFICE], at(4 * 24 + 17), 1, (2 * 24 + 15.5) * 60],
    ['back to the begin', [OFFICE], at(8, 31), -1, 1],
    ['at the begin', [OFFICE], at(8, 30), -1, 0],
    ['without windows', [], at(8), 1, undefined],
    ['in a whole week', [WHOLE_WEEK], at(8), 1, undefined],
  ] as const)
    test(`${what}: ${expected}`, () => {
      assert.equal(minutesToChange(windows as never, moment.wall, direction), expected);
    });
});
