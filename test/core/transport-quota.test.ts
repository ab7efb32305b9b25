import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRANSPORT_SHARES, TransportQuota } from '../../server/core/transport-quota.ts';

const SECOND_US = 1_000_000;
const { total, perUser } = TRANSPORT_SHARES;

test('one user has a limited number of open transports, and another user is not affected', () => {
  const quota = new TransportQuota();
  const open = Array.from({ length: perUser }, () => quota.take('anna', 0));
  assert.throws(() => quota.take('anna', 60 * SECOND_US), /close a page that shows video/);
  quota.take('bert', 0);
  open[0]?.();
  open[0]?.();
  quota.take('anna', 60 * SECOND_US);
  assert.throws(() => quota.take('anna', 60 * SECOND_US), /at most/, 'a place is released once');
});

test('transports opened and closed in a loop are limited to four a second after the first burst', () => {
  const quota = new TransportQuota();
  let made = 0;
  for (let nowUs = 0; nowUs < 10 * SECOND_US; nowUs += 10_000) {
    try {
      quota.take('anna', nowUs)();
      made++;
    } catch {
      // Refused.
    }
  }
  assert.ok(made >= perUser + 39 && made <= perUser + 40, `${made}`);
});

test('users who take all they may leave a transport for a user who has none', () => {
  const quota = new TransportQuota();
  for (let user = 0; user < total / perUser + 1; user++)
    for (let count = 0; count < perUser; count++) {
      try {
        quota.take(`user ${user}`, 0);
      } catch {
        // Refused.
      }
    }
  quota.take('newcomer', 0);
});
