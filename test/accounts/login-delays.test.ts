import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoginDelays } from '../../server/accounts/login-delays.ts';
import { VigieError } from '../../server/errors.ts';

const NEVER = new AbortController().signal;
const isRefusal = (error: unknown): boolean =>
  error instanceof VigieError && error.code === 'tooManyRequests';

/** Delays that end when the test ends them. */
function setUp() {
  const wake: (() => void)[] = [];
  const sleep = <T>(_ms?: number, value?: T): Promise<T> =>
    new Promise((resolve) => wake.push(() => resolve(value as T)));
  return { delays: new LoginDelays(() => 0, sleep), wake };
}

async function failFreely(delays: LoginDelays, origin: string): Promise<void> {
  for (let failure = 0; failure < 5; failure++) await delays.admit(origin, 'ada', NEVER);
}

test('at most two attempts of one origin wait at once', async () => {
  const { delays, wake } = setUp();
  await failFreely(delays, 'a');
  const waiting = [delays.admit('a', 'ada', NEVER), delays.admit('a', 'ada', NEVER)];
  await assert.rejects(delays.admit('a', 'ada', NEVER), isRefusal);
  await delays.admit('b', 'ada', NEVER);
  wake.shift()?.();
  await waiting[0];
  waiting.push(delays.admit('a', 'ada', NEVER));
  for (const end of wake) end();
  await Promise.all(waiting);
});

test('two of a hundred simultaneous attempts wait, besides the five free ones', async () => {
  const { delays, wake } = setUp();
  const attempts = Array.from({ length: 100 }, () =>
    delays.admit('a', 'ada', NEVER).then(
      () => 'admitted',
      () => 'refused',
    ),
  );
  await new Promise(setImmediate);
  assert.equal(wake.length, 2);
  for (const end of wake) end();
  const outcomes = await Promise.all(attempts);
  assert.equal(outcomes.filter((outcome) => outcome === 'admitted').length, 7);
});

test('at most 256 attempts of all origins wait, and free attempts pass', async () => {
  const { delays, wake } = setUp();
  const waiting = [];
  for (let origin = 0; origin < 128; origin++) {
    await failFreely(delays, `origin ${origin}`);
    waiting.push(
      delays.admit(`origin ${origin}`, 'ada', NEVER),
      delays.admit(`origin ${origin}`, 'ada', NEVER),
    );
  }
  assert.equal(wake.length, 256);
  await failFreely(delays, 'owner');
  await assert.rejects(delays.admit('owner', 'ada', NEVER), isRefusal);
  for (const end of wake) end();
  await Promise.all(waiting);
});

test('a client that leaves while waiting leaves no timer, and its attempt counts', async () => {
  const delays = new LoginDelays(() => 0);
  await failFreely(delays, 'a');
  const client = new AbortController();
  const waiting = [delays.admit('a', 'ada', client.signal), delays.admit('a', 'ada', client.signal)];
  client.abort();
  for (const attempt of waiting) await assert.rejects(attempt, isRefusal);
  const { delays: fresh, wake } = setUp();
  await failFreely(fresh, 'a');
  void fresh.admit('a', 'ada', NEVER);
  assert.equal(wake.length, 1, 'there is room again');
  wake[0]?.();
});

test('attempts that are taken back delay nothing, at the account and across all', async () => {
  const { delays, wake } = setUp();
  for (let attempt = 0; attempt < 100; attempt++) {
    void delays.admit('a', 'ada', NEVER).catch(() => undefined);
    delays.takeBack('a', 'ada');
  }
  await new Promise(setImmediate);
  assert.equal(wake.length, 0);
});

test('a success makes the next failures at that account free again, and counts for none across all', async () => {
  const { delays, wake } = setUp();
  for (let round = 0; round < 20; round++) {
    for (let failure = 0; failure < 4; failure++) {
      void delays.admit('a', 'ada', NEVER).catch(() => undefined);
      if (failure > 0) delays.takeBack('a', 'ada');
    }
    void delays.admit('a', 'ada', NEVER).catch(() => undefined);
    delays.succeeded('a', 'ada');
  }
  await new Promise(setImmediate);
  assert.equal(wake.length, 0, 'one failure a round: twenty in all');
});
