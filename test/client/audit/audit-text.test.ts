import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditDetails, auditWhat, auditWhen, auditWho, dayRange } from '../../../client/audit/audit-text.ts';
import { ShownTime } from '../../../client/dates/shown-time.ts';
import type { AuditEntry } from '../../../server/wire/audit.ts';

const AT_MS = Date.parse('2026-11-23T13:05:09Z');
const PARIS = new ShownTime('Europe/Paris', 'Europe/Paris', 'en-GB');

const entry = (change: Partial<AuditEntry> = {}): AuditEntry => ({
  id: 'aud_1',
  beganAtMs: AT_MS,
  endedAtMs: AT_MS,
  action: 'watched',
  kind: 'viewing',
  refused: false,
  count: 1,
  userId: 'user_1',
  username: 'anna',
  address: '192.0.2.1',
  device: null,
  cameraId: 'cam_1',
  cameraName: 'Door',
  details: {},
  ...change,
});

test('an entry says when it was on the clock of the site, a stretch from when until when', () => {
  assert.equal(auditWhen(entry(), PARIS), '14:05:09');
  assert.equal(auditWhen(entry({ endedAtMs: AT_MS + 60_000 }), PARIS), '14:05:09 – 14:06:09');
  assert.equal(
    auditWhen(entry({ endedAtMs: AT_MS + 12 * 3_600_000 }), PARIS),
    '14:05:09 – Tue 24 Nov, 02:05:09',
  );
});

test('a refused action says that it was refused, once', () => {
  assert.equal(auditWhat(entry()), 'Watched live');
  assert.equal(auditWhat(entry({ action: 'cameraRemoved', refused: true })), 'Removed the camera (refused)');
  assert.equal(auditWhat(entry({ action: 'signInRefused', refused: true })), 'Failed sign-in');
});

test('who it was is as much as is known', () => {
  assert.equal(auditWho(entry()), 'anna');
  assert.equal(auditWho(entry({ userId: null })), 'Somebody, as anna');
  assert.equal(auditWho(entry({ userId: null, username: null })), 'Somebody');
  assert.equal(auditWho(entry({ userId: null, username: null, address: null })), 'Server');
});

test('details are words, times and names, without ids', () => {
  const details = { recordingId: 'rec_1', from: AT_MS, to: AT_MS + 60_000 };
  assert.equal(
    auditDetails(entry({ details }), PARIS),
    'from Mon 23 Nov, 14:05:09 · to Mon 23 Nov, 14:06:09',
  );
  assert.equal(
    auditDetails(entry({ details: { fromMs: AT_MS, toMs: AT_MS + 60_000 } }), PARIS),
    'from Mon 23 Nov, 14:05:09 · to Mon 23 Nov, 14:06:09',
  );
  assert.equal(
    auditDetails(entry({ count: 3, details: { reason: 'wrongCredentials' } }), PARIS),
    '3 times · wrong user name or password',
  );
  assert.equal(
    auditDetails(entry({ details: { user: 'ben', changed: ['password'], cameraIds: [] } }), PARIS),
    'user: ben · changed: password · cameraIds: none',
  );
  assert.equal(auditDetails(entry({ details: { protected: true } }), PARIS), 'protected: yes');
});

test('a day is one of the site, with 23 hours when the clock goes forward', () => {
  assert.deepEqual(dayRange('2026-11-23', PARIS), {
    from: Date.parse('2026-11-22T23:00:00Z'),
    to: Date.parse('2026-11-23T22:59:59.999Z'),
  });
  const short = dayRange('2026-03-29', PARIS) ?? assert.fail();
  assert.equal(short.to + 1 - short.from, 23 * 3_600_000);
  assert.equal(dayRange('', PARIS), undefined);
});
