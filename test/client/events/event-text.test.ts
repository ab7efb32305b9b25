import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventText } from '../../../client/events/event-text.ts';
import { ShownTime } from '../../../client/dates/shown-time.ts';
import type { EventView } from '../../../server/wire/event.ts';
import { eventView } from '../../support/event-view.ts';

const NOW = Date.UTC(2027, 0, 20, 12);
const MINUTE = 60_000;
const TOKYO = new ShownTime('Asia/Tokyo', 'UTC', 'en-GB');

const event = (change: Partial<EventView>): EventView =>
  eventView({ startedAtMs: NOW, endedAtMs: NOW, ...change });

const where = (change: Partial<EventView>) => eventText(event(change), NOW, TOKYO).where;

const when = (agoMs: number, lastedMs = 0) => {
  const endedAtMs = NOW - agoMs;
  return eventText(event({ startedAtMs: endedAtMs - lastedMs, endedAtMs }), NOW, TOKYO).when;
};

test('the place of an event depends on its source', () => {
  assert.equal(where({ source: 'sensor', sourceName: 'Porch' }), 'detected by “Porch”');
  assert.equal(where({ source: 'camera' }), 'detected by the camera’s sensor');
  assert.equal(where({ source: 'connection', kind: 'offline' }), '');
  assert.equal(where({}), 'in the picture');
  assert.equal(where({ zones: ['Drive', 'Gate'] }), 'in “Drive”, “Gate”');
});

test('a camera that is connected without new pictures is not called offline', () => {
  const away = { source: 'connection', kind: 'offline' } as const;
  assert.equal(eventText(event(away), NOW, TOKYO).what, 'Camera offline');
  assert.equal(eventText(event({ ...away, sourceName: 'stalled' }), NOW, TOKYO).what, 'Camera stalled');
});

test('the time of an event is relative to now, with its duration', () => {
  assert.equal(eventText(event({ endedAtMs: null, startedAtMs: NOW - MINUTE }), NOW, TOKYO).when, 'now');
  assert.equal(when(0), 'just now');
  assert.equal(when(-5_000), 'just now');
  assert.equal(when(3_000, 25_000), 'just now, for 25 s');
  assert.equal(when(40_000, 999), '40 s ago');
  assert.equal(when(5 * MINUTE, 90_000), '5 min ago, for 1 min');
  assert.equal(when(180 * MINUTE), '3 h ago');
  assert.equal(when(2 * 24 * 60 * MINUTE), '2 days ago');
  assert.match(when(30 * 24 * 60 * MINUTE), /2026/);
});

test('the date of an old event is that of the site’s time zone', () => {
  // 18:00 in UTC is the next day in Tokyo.
  assert.equal(when(29.75 * 24 * 60 * MINUTE), '22 Dec 2026');
});
