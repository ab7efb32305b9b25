import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import type { AuditFacts } from '../../server/audit/audit-log.ts';
import { SecurityWatch } from '../../server/audit/security-watch.ts';
import { securityText } from '../../server/audit/security-text.ts';
import { SECURITY_NOTICES, type SecurityNotice } from '../../server/wire/security-notice.ts';

const MINUTE_US = 60_000_000;

function watchIn(context: TestContext) {
  let nowUs = 1;
  const counters = { refused: 1000, forged: 1000 };
  const told: SecurityNotice[] = [];
  const recorded: AuditFacts[] = [];
  const watch = new SecurityWatch({
    nowUs: () => nowUs,
    counters: () => counters,
    record: (facts) => recorded.push(facts),
    tell: (notice) => told.push(notice),
  });
  context.after(() => watch.close());
  const fail = (reason: string): void =>
    watch.onRecorded({ action: 'signInRefused', refused: true, address: '203.0.113.1', details: { reason } });
  return { watch, counters, told, recorded, fail, pass: (minutes: number) => (nowUs += minutes * MINUTE_US) };
}

suite('security notices', () => {
  test('a sign-in from a new device is told at once, another one in the same hour not', (context) => {
    const { watch, told, pass } = watchIn(context);
    const facts: AuditFacts = { action: 'newDevice', userId: 'anna' };
    watch.onRecorded(facts);
    pass(59);
    watch.onRecorded(facts);
    assert.deepEqual(told, ['newDevice']);
    pass(1);
    watch.onRecorded(facts);
    assert.deepEqual(told, ['newDevice', 'newDevice']);
  });

  test('a full audit log is told once a day', (context) => {
    const { watch, told, pass } = watchIn(context);
    for (let hour = 0; hour < 24; hour++) {
      watch.onRecorded({ action: 'auditLogFull' });
      pass(60);
    }
    assert.deepEqual(told, ['auditLogFull']);
    watch.onRecorded({ action: 'auditLogFull' });
    assert.deepEqual(told, ['auditLogFull', 'auditLogFull']);
  });

  test('sign-ins that were held back are told at once, wrong passwords from the tenth in an hour on', (context) => {
    const held = watchIn(context);
    held.fail('tooManyRequests');
    assert.deepEqual(held.told, ['signInsHeld']);
    const { told, recorded, fail, pass } = watchIn(context);
    for (let index = 0; index < 9; index++) fail('wrongCredentials');
    pass(61);
    for (let index = 0; index < 9; index++) fail('wrongCredentials');
    assert.deepEqual(told, []);
    fail('wrongCredentials');
    assert.deepEqual(told, ['signInsHeld']);
    assert.deepEqual(
      recorded.map(({ action, address, refused }) => [action, address, refused]),
      [['signInsHeld', '203.0.113.1', true]],
    );
  });

  test('wrong camera keys are told from the fifth of a network in ten minutes on', (context) => {
    const { watch, told, recorded } = watchIn(context);
    for (let index = 0; index < 20; index++) watch.onCameraKeyRefused(`198.51.100.${index}`, undefined);
    assert.deepEqual(told, []);
    for (let index = 0; index < 5; index++) watch.onCameraKeyRefused(`2001:db8::${index}`, 'cam_1');
    assert.deepEqual(told, ['cameraKeysRefused']);
    assert.deepEqual(
      recorded.map(({ cameraId }) => cameraId),
      ['cam_1'],
    );
  });

  test('refused connections and forged packets are told when a minute has many of them', (context) => {
    const { watch, counters, told, recorded } = watchIn(context);
    watch.look();
    counters.refused += 49;
    counters.forged += 9;
    watch.look();
    assert.deepEqual(told, []);
    counters.refused += 50;
    counters.forged += 10;
    watch.look();
    counters.refused += 5000;
    watch.look();
    assert.deepEqual(told, ['connectionsRefused', 'forgedPackets']);
    assert.deepEqual(
      recorded.map(({ action, count }) => [action, count]),
      [
        ['connectionsRefused', 50],
        ['forgedPackets', 10],
        ['connectionsRefused', 5000],
      ],
    );
  });

  test('every notice says what to do', () => {
    for (const notice of SECURITY_NOTICES) {
      const text = securityText(notice, {
        action: 'newDevice',
        username: 'anna',
        address: '192.0.2.1',
        count: 7,
      });
      assert.match(
        text,
        /\bIf (?:it lasts|that was somebody else|you do not know why), (?:block|set|revoke)\b/,
        notice,
      );
      assert.doesNotMatch(text, /undefined/, notice);
    }
  });
});
