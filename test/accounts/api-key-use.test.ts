import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ApiKeyUse,
  REQUEST_BURST,
  REQUESTS_PER_SECOND,
  SPREAD_NETWORKS,
} from '../../server/accounts/api-key-use.ts';

function use() {
  const written: string[] = [];
  const spread: string[] = [];
  const clock = { ms: 0 };
  const uses = new ApiKeyUse({
    steadyMs: () => clock.ms,
    write: (id, address) => written.push(`${id} ${address}`),
    onSpread: (id, address) => spread.push(`${id} ${address}`),
  });
  return { uses, written, spread, clock };
}

const TOO_MANY = { code: 'tooManyRequests', retryAfterSeconds: 1 };

test('a key asks a burst at once, then at its rate, and holds up no other key', () => {
  const { uses, clock } = use();
  for (let request = 0; request < REQUEST_BURST; request++) uses.admit('key_a', '192.0.2.1');
  assert.throws(() => uses.admit('key_a', '192.0.2.1'), TOO_MANY);
  uses.admit('key_b', '192.0.2.1');
  clock.ms += 1000;
  for (let request = 0; request < REQUESTS_PER_SECOND; request++) uses.admit('key_a', '192.0.2.1');
  assert.throws(() => uses.admit('key_a', '192.0.2.1'), TOO_MANY);
});

test('the last use is written once a minute', () => {
  const { uses, written, clock } = use();
  uses.admit('key_a', '192.0.2.1');
  clock.ms = 59_999;
  uses.admit('key_a', '192.0.2.2');
  clock.ms = 60_000;
  uses.admit('key_a', '192.0.2.3');
  assert.deepEqual(written, ['key_a 192.0.2.1', 'key_a 192.0.2.3']);
});

test('a key used from a hundred addresses is noticed once', () => {
  const { uses, spread, clock } = use();
  for (let host = 1; host <= SPREAD_NETWORKS + 20; host++) {
    clock.ms += 100;
    uses.admit('key_a', `192.0.2.${host}`);
  }
  assert.deepEqual(spread, [`key_a 192.0.2.${SPREAD_NETWORKS}`]);
});
