import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RESERVED_AUDIT_ENTRIES } from '../../server/audit/audit-store.ts';
import { VigieError } from '../../server/errors.ts';
import type { AuditEntry } from '../../server/wire/audit.ts';
import { DAY_MS, MINUTE_MS, openAuditRig, refusedSignIn, START_MS, watched } from './audit-rig.ts';

const times = ({ beganAtMs, endedAtMs, count }: AuditEntry): number[] => [
  (beganAtMs - START_MS) / MINUTE_MS,
  (endedAtMs - START_MS) / MINUTE_MS,
  count,
];

suite('the audit log', () => {
  test('an entry says who did what, when, from where, with which device and at which camera', async (context) => {
    const { audit, list } = openAuditRig(context);
    audit.record({
      action: 'downloaded',
      userId: 'anna',
      address: '192.0.2.1',
      device: 'Firefox on Linux',
      cameraId: 'cam_1',
      details: { from: 1, to: 2 },
    });
    const [{ id, ...entry } = assert.fail()] = await list();
    assert.match(id, /^aud_/);
    assert.deepEqual(entry, {
      beganAtMs: START_MS,
      endedAtMs: START_MS,
      action: 'downloaded',
      kind: 'download',
      refused: false,
      count: 1,
      userId: 'anna',
      username: 'Anna',
      address: '192.0.2.1',
      device: 'Firefox on Linux',
      cameraId: 'cam_1',
      cameraName: 'Door',
      details: { from: 1, to: 2 },
    });
  });

  test('watching is one entry from its beginning, with an end that moves on, over interruptions of five minutes', async (context) => {
    const { audit, list, pass } = openAuditRig(context);
    const first = audit.begin(watched());
    assert.deepEqual((await list()).map(times), [[0, 0, 1]]);
    pass(3 * MINUTE_MS);
    assert.deepEqual((await list()).map(times), [[0, 3, 1]], 'it goes on');
    first();
    first();
    pass(5 * MINUTE_MS);
    const second = audit.begin(watched());
    pass(2 * MINUTE_MS);
    second();
    assert.deepEqual((await list()).map(times), [[0, 10, 2]]);
    pass(5 * MINUTE_MS + 1);
    audit.begin(watched());
    assert.deepEqual((await list()).map(times), [
      [15 + 1 / MINUTE_MS, 15 + 1 / MINUTE_MS, 1],
      [0, 10, 2],
    ]);
  });

  test('two streams of one camera are one stretch that ends with the last of them', async (context) => {
    const { audit, list, pass } = openAuditRig(context);
    const [first, second] = [audit.begin(watched()), audit.begin(watched())];
    first();
    pass(60 * MINUTE_MS);
    second();
    pass(60 * MINUTE_MS);
    assert.deepEqual((await list()).map(times), [[0, 60, 2]]);
  });

  for (const [what, facts] of [
    ['user', { userId: 'ben' }],
    ['camera', { cameraId: 'cam_2' }],
    ['address', { address: '198.51.100.1' }],
  ] as const)
    test(`watching with another ${what} is another entry`, async (context) => {
      const { audit, list } = openAuditRig(context);
      audit.begin(watched());
      audit.begin(watched(facts));
      assert.equal((await list()).length, 2);
    });

  test('a stretch of more than a day is an entry for each day', async (context) => {
    const { audit, list, pass } = openAuditRig(context);
    const end = audit.begin(watched());
    pass(DAY_MS);
    audit.flush();
    pass(MINUTE_MS);
    end();
    assert.deepEqual((await list()).map(times), [
      [1440, 1441, 1],
      [0, 1440, 1],
    ]);
  });

  test('a clock that is set back shortens nothing', async (context) => {
    const { audit, list, pass, setClock } = openAuditRig(context);
    const end = audit.begin(watched());
    pass(MINUTE_MS);
    audit.flush();
    setClock(-60 * MINUTE_MS);
    pass(MINUTE_MS);
    end();
    assert.deepEqual((await list()).map(times), [[0, 1, 1]]);
  });

  test('failed sign-ins from one network are one entry with a count', async (context) => {
    const { audit, list, pass } = openAuditRig(context);
    for (let index = 0; index < 1000; index++) {
      audit.record(refusedSignIn(`2001:db8:1:1::${index.toString(16)}`));
      pass(1000);
    }
    const [entry = assert.fail(), ...others] = await list();
    assert.deepEqual([entry.count, entry.refused, entry.kind, others.length], [1000, true, 'signIn', 0]);
  });

  test('strangers cause thirty entries an hour, and what is beyond is counted in one', async (context) => {
    const { audit, list, pass } = openAuditRig(context);
    for (let index = 0; index < 500; index++)
      audit.record(refusedSignIn(`2001:db8:${index.toString(16)}::1`));
    audit.record({ action: 'signedIn', userId: 'anna' });
    const entries = await list();
    assert.equal(entries.filter(({ action }) => action === 'signInRefused').length, 30);
    assert.deepEqual(
      entries.filter(({ action }) => action === 'notListed').map(({ count }) => count),
      [470],
    );
    assert.equal(
      entries.filter(({ action }) => action === 'signedIn').length,
      1,
      'users have their own share',
    );
    pass(60 * MINUTE_MS);
    audit.record(refusedSignIn('203.0.113.1'));
    assert.equal((await list()).filter(({ action }) => action === 'signInRefused').length, 31);
  });

  test('entries that strangers cause count as theirs, and displace no entry of the server', async (context) => {
    const { audit, list } = openAuditRig(context);
    for (let index = 0; index < 400; index++)
      audit.record({ action: 'signedOut', address: `2001:db8:${index.toString(16)}::1` });
    audit.record({ action: 'clockChanged' });
    audit.record({ action: 'cameraPaired', address: '192.0.2.9' });
    const actions = (await list()).map(({ action }) => action);
    assert.equal(actions.filter((action) => action === 'signedOut').length, 30);
    assert.ok(actions.includes('clockChanged'));
    assert.ok(actions.includes('cameraPaired'), 'it proved itself by a code');
  });

  test('a full log says so, and has a reserve for administrators and the server', async (context) => {
    const told: string[] = [];
    const { audit, store, list } = openAuditRig(context, ({ action }) => told.push(action));
    // The log has looked once, at its start.
    await list();
    const prune = context.mock.method(store.audit, 'prune', () => Promise.resolve(1));
    await audit.prune();
    assert.deepEqual(told, ['auditLogFull']);
    audit.record({ action: 'cameraAdded', userId: 'anna' });
    audit.record(refusedSignIn('203.0.113.1'));
    audit.record({ action: 'userRemoved', userId: 'root' });
    audit.record({ action: 'clockChanged' });
    const actions = async () => (await list()).map(({ action }) => action).toSorted();
    assert.deepEqual(await actions(), ['auditLogFull', 'clockChanged', 'notListed', 'userRemoved']);
    assert.equal((await list()).find(({ action }) => action === 'notListed')?.count, 2);

    prune.mock.mockImplementation(() => Promise.resolve(RESERVED_AUDIT_ENTRIES));
    await audit.prune();
    audit.record({ action: 'userRemoved', userId: 'root' });
    assert.deepEqual(await actions(), ['auditLogFull', 'clockChanged', 'notListed', 'userRemoved']);
    prune.mock.mockImplementation(() => Promise.resolve(0));
    await audit.prune();
    audit.record({ action: 'cameraAdded', userId: 'anna' });
    assert.ok((await actions()).includes('cameraAdded'));
  });

  test('one user causes 300 entries an hour, and what is beyond is counted in one', async (context) => {
    const { audit, list } = openAuditRig(context);
    for (let index = 0; index < 400; index++) audit.record({ action: 'cameraAdded', userId: 'anna' });
    audit.record({ action: 'cameraAdded', userId: 'ben' });
    const page = await list();
    const rest = await list({ before: page.at(-1)?.id ?? assert.fail() });
    const entries = [...page, ...rest];
    assert.equal(entries.filter(({ userId }) => userId === 'anna').length, 301);
    assert.deepEqual(
      entries.filter(({ action }) => action === 'notListed').map(({ count, username }) => [count, username]),
      [[100, 'Anna']],
    );
    assert.equal(entries.filter(({ userId }) => userId === 'ben').length, 1);
  });

  test('a database that takes nothing makes nobody wait, and what was lost is counted when it takes entries again', async (context) => {
    const rig = openAuditRig(context);
    const { audit, store, list } = rig;
    const add = context.mock.method(store.audit, 'add', () =>
      Promise.reject(new VigieError('unavailable', 'another program keeps the database locked')),
    );
    for (let index = 0; index < 3; index++) audit.record({ action: 'cameraAdded', userId: 'anna' });
    audit.begin(watched())();
    await store.settled();
    add.mock.restore();
    audit.flush();
    const entries = await list();
    assert.deepEqual(
      entries.map(({ action, count }) => [action, count]),
      [['notListed', 4]],
    );
  });

  test('a name that cannot be looked up is no error of the caller', async (context) => {
    const { audit, store, list } = openAuditRig(context);
    context.mock.method(store.audit, 'add', () => assert.fail('a damaged database'));
    audit.record(watched());
    audit.begin(watched())();
    context.mock.restoreAll();
    assert.deepEqual(
      (await list()).map(({ action, count }) => [action, count]),
      [['notListed', 2]],
    );
  });
});
