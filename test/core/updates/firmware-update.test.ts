import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  advance,
  deadlineOf,
  isUnderWay,
  MAX_ATTEMPTS,
  stagedUpdate,
  type FirmwareUpdate,
  type UpdateEvent,
} from '../../../server/core/updates/firmware-update.ts';

const IMAGE = { id: 'fw_1', version: '1.3.0', bytes: 1000 };
const OFFERED: UpdateEvent = { type: 'offered', fromVersion: '1.2.0' };
const ACCEPTED: UpdateEvent = { type: 'accepted' };
const LOST: UpdateEvent = { type: 'lost' };
const OK: UpdateEvent = { type: 'result', failure: null };
const CANCELLED: UpdateEvent = { type: 'cancelled' };

test('a successful update passes through every state, and each takes its time', () => {
  const states: [UpdateEvent, Partial<FirmwareUpdate>][] = [
    [OFFERED, { state: 'offered', fromVersion: '1.2.0', attempts: 1 }],
    [ACCEPTED, { state: 'downloading', receivedBytes: 0 }],
    [progress(400), { state: 'downloading', receivedBytes: 400 }],
    [progress(1000), { state: 'downloading', receivedBytes: 1000 }],
    [OK, { state: 'restarting', receivedBytes: 1000 }],
    [LOST, { state: 'restarting' }],
    [connected('1.3.0'), { state: 'done', reason: null }],
  ];
  let update = stagedUpdate(IMAGE, false, 0);
  for (const [index, [event, expected]] of states.entries()) {
    update = advance(update, event, index + 1);
    for (const [key, value] of Object.entries(expected))
      assert.equal(update[key as keyof FirmwareUpdate], value, `${key} after ${event.type}`);
    assert.equal(isUnderWay(update), index < states.length - 1);
  }
});

suite('other outcomes', () => {
  const ends: [name: string, events: UpdateEvent[], state: string, reason: RegExp][] = [
    ['refused', [OFFERED, { type: 'refused', reason: 'no room' }], 'failed', /^no room$/],
    ['refused before it was offered', [{ type: 'refused', reason: 'other chip' }], 'failed', /^other chip$/],
    ['a wrong hash', [OFFERED, ACCEPTED, result('hash is wrong')], 'failed', /^hash is wrong$/],
    ['cancelled in the middle', [OFFERED, ACCEPTED, progress(5), CANCELLED], 'failed', /^cancelled/],
    [
      'rolled back',
      [OFFERED, ACCEPTED, OK, LOST, connected('1.2.0', '1.3.0')],
      'rolledBack',
      /^1.3.0 could not reach the server, so the camera came back with 1.2.0$/,
    ],
    [
      'back with the old version',
      [OFFERED, ACCEPTED, OK, connected('1.2.0')],
      'failed',
      /came back with 1.2.0/,
    ],
    ['back without a version', [OFFERED, ACCEPTED, OK, connected('')], 'failed', /without a version/],
    [
      'an old roll-back of another version',
      [OFFERED, ACCEPTED, OK, connected('1.2.0', '1.1.0')],
      'failed',
      /came back with 1.2.0/,
    ],
  ];
  for (const [name, events, state, reason] of ends) {
    test(name, () => {
      const update = run(events);
      assert.equal(update.state, state);
      assert.match(update.reason ?? '', reason);
      assert.equal(isUnderWay(update), false);
      assert.equal(deadlineOf(update), undefined);
    });
  }
});

suite('a connection that is lost', () => {
  for (const [name, events] of [
    ['before the answer', [OFFERED]],
    ['during the download', [OFFERED, ACCEPTED, progress(700)]],
  ] as const) {
    test(`${name} makes the update wait for the camera, from the start`, () => {
      const update = run([...events, LOST]);
      assert.deepEqual(
        { state: update.state, receivedBytes: update.receivedBytes, reason: update.reason },
        { state: 'staged', receivedBytes: 0, reason: null },
      );
    });
  }

  test('replaced by a new one counts as lost', () => {
    assert.equal(run([OFFERED, ACCEPTED, connected('1.2.0')]).state, 'staged');
  });

  test(`is tolerated ${MAX_ATTEMPTS} times in all: an image that crashes the camera is not offered forever`, () => {
    const round = [OFFERED, ACCEPTED, LOST];
    const rounds = Array.from({ length: MAX_ATTEMPTS }, () => round).flat();
    assert.equal(run(rounds.slice(0, -1)).state, 'downloading');
    const update = run(rounds);
    assert.equal(update.state, 'failed');
    assert.match(update.reason ?? '', /lost 3 times/);
  });

  test('together with the report of success does no harm: the camera reports its version', () => {
    assert.equal(run([OFFERED, ACCEPTED, LOST, connected('1.3.0')]).state, 'done');
    assert.equal(run([OFFERED, ACCEPTED, connected('1.3.0')]).state, 'done');
  });

  test('proves nothing when the same version is installed again', () => {
    const again: UpdateEvent = { type: 'offered', fromVersion: '1.3.0' };
    assert.equal(run([again, ACCEPTED, LOST, connected('1.3.0')]).state, 'staged');
    assert.equal(run([again, ACCEPTED, OK, connected('1.3.0')]).state, 'done');
  });

  test('for a camera that once reported a rollback is judged by its version', () => {
    assert.equal(run([OFFERED, ACCEPTED, LOST, connected('1.2.0', '1.3.0')]).state, 'staged');
  });
});

suite('time', () => {
  const limits: [state: string, events: UpdateEvent[], ms: number, reason: RegExp][] = [
    ['offered', [OFFERED], 30_000, /did not answer/],
    ['downloading', [OFFERED, ACCEPTED], 60_000, /no progress for 60 s/],
    ['restarting', [OFFERED, ACCEPTED, OK], 600_000, /did not come back within 10 minutes/],
  ];
  for (const [state, events, ms, reason] of limits) {
    test(`runs out for an update that is ${state}, to the millisecond`, () => {
      const update = run(events, 5_000);
      assert.equal(update.state, state);
      assert.equal(deadlineOf(update), 5_000 + ms);
      assert.equal(advance(update, { type: 'time' }, 5_000 + ms - 1), update);
      const late = advance(update, { type: 'time' }, 5_000 + ms);
      assert.equal(late.state, 'failed');
      assert.match(late.reason ?? '', reason);
    });
  }

  test('does not run out for a camera that is offline', () => {
    const update = run([]);
    assert.equal(deadlineOf(update), undefined);
    assert.equal(advance(update, { type: 'time' }, 1e15), update);
  });

  test('starts again with every new byte, and with no other', () => {
    const update = run([OFFERED, ACCEPTED, progress(10)], 1_000);
    assert.equal(deadlineOf(advance(update, progress(11), 2_000)), 62_000);
    assert.equal(advance(update, progress(10), 2_000), update);
    assert.equal(advance(update, progress(9), 2_000), update);
  });

  test('may run out too early: a camera that returns with the version has succeeded', () => {
    const timedOut = advance(run([OFFERED, ACCEPTED, OK]), { type: 'time' }, 1e9);
    assert.equal(timedOut.state, 'failed');
    assert.equal(advance(timedOut, connected('1.3.0'), 1e9).state, 'done');
    assert.equal(advance(timedOut, connected('1.2.0'), 1e9), timedOut);
  });
});

suite('an event at the wrong time changes nothing', () => {
  const strays: [state: string, before: UpdateEvent[], events: UpdateEvent[]][] = [
    ['staged', [], [ACCEPTED, progress(1), OK, result('x'), LOST, CANCELLED, connected('1.3.0')]],
    ['offered', [OFFERED], [OFFERED, { type: 'waiting', reason: 'x' }]],
    ['downloading', [OFFERED, ACCEPTED], [OFFERED, ACCEPTED, { type: 'waiting', reason: 'x' }]],
    [
      'restarting',
      [OFFERED, ACCEPTED, OK],
      [OFFERED, ACCEPTED, progress(1), OK, result('x'), LOST, CANCELLED, { type: 'refused', reason: 'x' }],
    ],
    [
      'done',
      [OFFERED, ACCEPTED, OK, connected('1.3.0')],
      [OFFERED, ACCEPTED, progress(1), OK, result('x'), LOST, CANCELLED, connected('1.2.0', '1.3.0')],
    ],
    [
      'failed',
      [OFFERED, { type: 'refused', reason: 'no' }],
      [OFFERED, ACCEPTED, progress(1), result('x'), LOST, CANCELLED, connected('1.2.0')],
    ],
  ];
  for (const [state, before, events] of strays) {
    test(state, () => {
      const update = run(before);
      assert.equal(update.state, state);
      for (const event of events) assert.equal(advance(update, event, 7), update, event.type);
    });
  }

  test('a camera that has all of a cancelled update restarts, and the update waits for it', () => {
    assert.equal(run([OFFERED, ACCEPTED, CANCELLED, OK]).state, 'restarting');
  });
});

test('the reason for waiting is kept, and cleared by the offer', () => {
  const waiting = run([{ type: 'waiting', reason: 'by ws:' }]);
  assert.equal(waiting.reason, 'by ws:');
  assert.equal(advance(waiting, { type: 'waiting', reason: 'by ws:' }, 9), waiting);
  assert.equal(advance(waiting, OFFERED, 9).reason, null);
});

test('a camera cannot have received more than the image', () => {
  assert.equal(run([OFFERED, progress(4_000_000)]).receivedBytes, 1000);
});

function run(events: UpdateEvent[], nowMs = 0): FirmwareUpdate {
  return events.reduce((update, event) => advance(update, event, nowMs), stagedUpdate(IMAGE, false, 0));
}

function progress(receivedBytes: number): UpdateEvent {
  return { type: 'progress', receivedBytes };
}

function result(failure: string): UpdateEvent {
  return { type: 'result', failure };
}

function connected(firmware: string, rolledBackFrom?: string): UpdateEvent {
  return { type: 'connected', firmware, rolledBackFrom };
}
