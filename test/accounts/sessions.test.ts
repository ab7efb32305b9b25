import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { AccountEvents, Sessions } from '../../server/accounts/sessions.ts';
import { VigieError } from '../../server/errors.ts';
import { openInProcessStore } from '../support/in-process-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

async function setUp(context: TestContext) {
  const store = openInProcessStore(temporaryFolder(context));
  context.after(() => store.close());
  const clock = { nowMs: 1_800_000_000_000 };
  const events = new AccountEvents();
  const ended: string[] = [];
  events.on('credentialEnded', (id) => ended.push(id));
  const sessions = new Sessions({ store, events, nowMs: () => clock.nowMs });
  const user = await store.users.add(
    { username: 'ada', passwordHash: '', role: 'viewer', cameras: [] },
    clock.nowMs,
  );
  return { store, clock, ended, sessions, user };
}

const isUnauthorized = (error: unknown): boolean =>
  error instanceof VigieError && error.code === 'unauthorized';

test('an access token identifies its user with the current role', async (context) => {
  const { store, sessions, user } = await setUp(context);
  const { accessToken, mediaToken } = await sessions.start(user);
  assert.equal(sessions.identify(accessToken).role, 'viewer');
  await store.users.change(user.id, { role: 'administrator' });
  assert.equal(sessions.identify(accessToken).role, 'administrator');
  assert.equal(sessions.identify(mediaToken, 'media').userId, user.id);
  assert.throws(() => sessions.identify(mediaToken), isUnauthorized);
  assert.throws(() => sessions.identify(accessToken, 'media'), isUnauthorized);
});

test('a session is renewed as long as it is used, each time with the newest refresh token', async (context) => {
  const { clock, sessions, user } = await setUp(context);
  let tokens = await sessions.start(user);
  const { sessionId } = sessions.identify(tokens.accessToken);
  for (let renewal = 0; renewal < 20; renewal++) {
    clock.nowMs += 20 * DAY_MS;
    tokens = await sessions.refresh(tokens.refreshToken);
    assert.equal(sessions.identify(tokens.accessToken).sessionId, sessionId);
  }
});

test('a session unused for more than 30 days has ended', async (context) => {
  const { clock, ended, sessions, user } = await setUp(context);
  const { refreshToken, accessToken } = await sessions.start(user);
  const { sessionId } = sessions.identify(accessToken);
  clock.nowMs += 30 * DAY_MS + 1;
  await assert.rejects(sessions.refresh(refreshToken), isUnauthorized);
  assert.deepEqual(ended, [sessionId]);
});

test('a refresh token sent twice at once by two tabs yields the same successor, and the session continues', async (context) => {
  const { clock, ended, sessions, user } = await setUp(context);
  const { refreshToken } = await sessions.start(user);
  clock.nowMs += 10 * MINUTE_MS;
  const first = await sessions.refresh(refreshToken);
  const second = await sessions.refresh(refreshToken);
  clock.nowMs += 29_000;
  const third = await sessions.refresh(refreshToken);
  assert.equal(second.refreshToken, first.refreshToken);
  assert.equal(third.refreshToken, first.refreshToken);
  sessions.identify((await sessions.refresh(first.refreshToken)).accessToken);
  assert.deepEqual(ended, []);
});

test('a refresh token sent many times at the same moment is renewed once', async (context) => {
  const { clock, ended, sessions, user } = await setUp(context);
  const { refreshToken } = await sessions.start(user);
  clock.nowMs += MINUTE_MS;
  const answers = await Promise.all(Array.from({ length: 10 }, () => sessions.refresh(refreshToken)));
  assert.equal(new Set(answers.map((each) => each.refreshToken)).size, 1);
  const [next = assert.fail()] = answers;
  await sessions.refresh(next.refreshToken);
  assert.deepEqual(ended, []);
});

test('a refresh during the end of its session yields nothing', async (context) => {
  const { sessions, user } = await setUp(context);
  const { refreshToken, accessToken } = await sessions.start(user);
  const { sessionId } = sessions.identify(accessToken);
  const [ended, renewed] = await Promise.allSettled([
    sessions.end(sessionId),
    sessions.refresh(refreshToken),
  ]);
  assert.deepEqual([ended.status, renewed.status], ['fulfilled', 'rejected']);
});

test('signing in with a password that is changed at that moment yields no session', async (context) => {
  const { store, sessions, user } = await setUp(context);
  const [, started] = await Promise.allSettled([
    store.users.change(user.id, { passwordHash: 'another' }),
    sessions.start(user),
  ]);
  assert.equal(started.status, 'rejected');
});

test('a refresh token reused after 30 s ends the session and all its tokens', async (context) => {
  const { clock, ended, sessions, user } = await setUp(context);
  const { refreshToken, accessToken } = await sessions.start(user);
  const { sessionId } = sessions.identify(accessToken);
  clock.nowMs += MINUTE_MS;
  const next = await sessions.refresh(refreshToken);
  clock.nowMs += 30_001;
  await assert.rejects(sessions.refresh(refreshToken), isUnauthorized);
  await assert.rejects(sessions.refresh(next.refreshToken), isUnauthorized);
  for (const token of [accessToken, next.accessToken])
    assert.throws(() => sessions.identify(token), isUnauthorized);
  assert.throws(() => sessions.identify(next.mediaToken, 'media'), isUnauthorized);
  assert.deepEqual(ended, [sessionId]);
});

test('a refresh token two generations old ends the session, even within the grace period', async (context) => {
  const { sessions, user } = await setUp(context);
  const { refreshToken } = await sessions.start(user);
  const second = await sessions.refresh(refreshToken);
  await sessions.refresh(second.refreshToken);
  await assert.rejects(sessions.refresh(refreshToken), isUnauthorized);
  await assert.rejects(sessions.refresh(second.refreshToken), isUnauthorized);
});

test('a thief who is faster than the owner within the grace period is detected by the next renewal', async (context) => {
  const { clock, ended, sessions, user } = await setUp(context);
  const { refreshToken } = await sessions.start(user);
  const thief = await sessions.refresh(refreshToken);
  const owner = await sessions.refresh(refreshToken);
  clock.nowMs += 14 * MINUTE_MS;
  await sessions.refresh(thief.refreshToken);
  clock.nowMs += MINUTE_MS;
  await assert.rejects(sessions.refresh(owner.refreshToken), isUnauthorized);
  assert.equal(ended.length, 1);
});

test('a forged refresh token ends nothing', async (context) => {
  const { ended, sessions, user } = await setUp(context);
  const { refreshToken, accessToken } = await sessions.start(user);
  const forged = refreshToken.replace('.0.', '.1.');
  await assert.rejects(sessions.refresh(forged), isUnauthorized);
  sessions.identify(accessToken);
  assert.deepEqual(ended, []);
});

test("signing out ends one session, and the user's others continue", async (context) => {
  const { ended, sessions, user } = await setUp(context);
  const [phone, desk] = [await sessions.start(user), await sessions.start(user)];
  const { sessionId } = sessions.identify(phone.accessToken);
  await sessions.end(sessionId);
  await sessions.end(sessionId);
  assert.throws(() => sessions.identify(phone.accessToken), isUnauthorized);
  await assert.rejects(sessions.refresh(phone.refreshToken), isUnauthorized);
  sessions.identify(desk.accessToken);
  assert.deepEqual(ended, [sessionId]);
});

test('the tokens of a removed user are refused at once', async (context) => {
  const { store, sessions, user } = await setUp(context);
  const { accessToken, refreshToken, mediaToken } = await sessions.start(user);
  await store.users.remove(user.id);
  assert.throws(() => sessions.identify(accessToken), isUnauthorized);
  assert.throws(() => sessions.identify(mediaToken, 'media'), isUnauthorized);
  await assert.rejects(sessions.refresh(refreshToken), isUnauthorized);
});

test('a session survives a restart of the server', async (context) => {
  const { store, clock, sessions, user } = await setUp(context);
  const { accessToken, refreshToken } = await sessions.start(user);
  const after = new Sessions({ store, events: new AccountEvents(), nowMs: () => clock.nowMs });
  after.identify(accessToken);
  await after.refresh(refreshToken);
});

test('a clock that is set ends no sign-in of this run, and makes none younger', async (context) => {
  const { clock, sessions, user } = await setUp(context);
  const { refreshToken } = await sessions.start(user);
  for (const byMs of [40 * DAY_MS, -40 * DAY_MS, 40 * DAY_MS]) {
    clock.nowMs += MINUTE_MS;
    clock.nowMs += byMs;
    await sessions.onClockChanged({ kind: 'stepped', byMs, atUs: 0, sinceUs: 0 });
  }
  assert.ok(sessions.deviceOf(refreshToken));
  clock.nowMs += 30 * DAY_MS - 3 * MINUTE_MS;
  assert.ok(sessions.deviceOf(refreshToken));
  clock.nowMs += 1;
  assert.equal(sessions.deviceOf(refreshToken), undefined);
});
