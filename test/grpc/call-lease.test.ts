import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Caller } from '../../server/accounts/api-keys.ts';
import { VigieError } from '../../server/errors.ts';
import type { Admitted } from '../../server/grpc/call-admission.ts';
import { CallLeases, type CallLeasesOptions } from '../../server/grpc/call-lease.ts';

const ADMITTED: Admitted = {
  key: '',
  address: '192.0.2.1',
  secure: false,
  device: undefined,
  allowMessages: () => undefined,
};
const EXPIRES_AT_MS = 10_000;

function hold({ mock }: TestContext) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 });
  const now: { failure?: Error } = {};
  const held: (() => void)[] = [];
  const leases = new CallLeases({
    accounts: {
      leases: {
        hold: (_who: unknown, _isAllowed: unknown, end: () => void) => {
          held.push(end);
          return () => undefined;
        },
      },
    } as unknown as CallLeasesOptions['accounts'],
    admission: {
      identify: () => {
        if (now.failure) throw now.failure;
        return { userId: 'anna', sessionId: 'key', expiresAtMs: EXPIRES_AT_MS } as Caller;
      },
    },
    nowMs: () => Date.now(),
  });
  const ends: unknown[] = [];
  leases.hold(
    ADMITTED,
    () => {
      if (now.failure) throw now.failure;
    },
    (error) => ends.push(error),
  );
  return { now, ends, end: () => held[0]?.(), tick: (ms: number) => mock.timers.tick(ms) };
}

test('a key that expires ends its call within a second', (context) => {
  const { now, ends, tick } = hold(context);
  tick(EXPIRES_AT_MS - 1);
  now.failure = new VigieError('unauthorized', 'expired');
  assert.deepEqual(ends, []);
  tick(1000);
  assert.deepEqual(ends, [now.failure]);
});

test('a key that cannot be looked up when it may have expired ends nothing until it can', (context) => {
  const { now, ends, tick } = hold(context);
  now.failure = new Error('the database is damaged');
  tick(EXPIRES_AT_MS + 5_000);
  assert.deepEqual(ends, []);
  now.failure = new VigieError('unauthorized', 'expired');
  tick(1_000);
  assert.deepEqual(ends, [now.failure]);
});

test('a right that has ended ends the call also where the reason cannot be looked up', (context) => {
  const { now, ends, end } = hold(context);
  now.failure = new Error('the database is damaged');
  end();
  assert.equal((ends[0] as VigieError).code, 'unavailable');
});
