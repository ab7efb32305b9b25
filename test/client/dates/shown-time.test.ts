import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShownTime } from '../../../client/dates/shown-time.ts';

const EVENING_MS = Date.UTC(2026, 10, 23, 18, 5, 9);
const tokyo = new ShownTime('Asia/Tokyo', 'Europe/Paris', 'en-GB');

test('a moment has the day and the time of the site’s zone, whatever the zone of the machine is', () => {
  assert.equal(tokyo.second(EVENING_MS), '03:05:09');
  assert.equal(tokyo.minute(EVENING_MS), '03:05');
  assert.match(tokyo.moment(EVENING_MS), /^Tue,? 24 Nov, 03:05:09$/);
  assert.equal(tokyo.date(EVENING_MS), '24 Nov 2026');
  assert.equal(tokyo.dayOfMonth(EVENING_MS), '24 Nov');
  assert.equal(tokyo.fileStamp(EVENING_MS), '2026-11-24 03-05-09');
});

test('today is what the site’s calendar says', () => {
  const afterMidnightMs = Date.UTC(2026, 10, 23, 15, 1);
  assert.equal(tokyo.day(EVENING_MS, afterMidnightMs), 'Today');
  assert.match(tokyo.day(afterMidnightMs - 120_000, afterMidnightMs), /Monday.* 23 November 2026/);
});

test('the zone is named beside a time where the reader’s clock shows another', () => {
  assert.equal(tokyo.zoneBeside(EVENING_MS), ' (GMT+9)');
  assert.equal(new ShownTime('Asia/Tokyo', 'Asia/Tokyo').zoneBeside(EVENING_MS), '');
  assert.equal(tokyo.zoneText(EVENING_MS), 'Asia/Tokyo (GMT+9)');
  assert.equal(new ShownTime('UTC').zoneText(EVENING_MS), 'UTC');
});

test('zones with the same clocks all year round are not told apart, others are also while they agree', () => {
  const summerMs = Date.UTC(2026, 6, 1);
  assert.equal(new ShownTime('Europe/Paris', 'Europe/Brussels').isReaders(summerMs), true);
  assert.equal(new ShownTime('Europe/Lisbon', 'Africa/Lagos').isReaders(summerMs), false);
});
