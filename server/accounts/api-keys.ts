/**
 * API keys: the credentials of programs. A key belongs to a user and has at most the rights of that user, which are read
 * again for each request: it loses rights when the user does, and ends with the user.
 *
 * Invariants: a key works from the response that shows it until it is revoked or expires; then streams that it opened and keys
 * that it created end too. Wrong keys are counted by network, and above a limit their sender must wait. A valid key always
 * passes: nobody can guess 256 random bits, and one program with an old key must not lock out others behind the same address.
 */

import { NetworkFailures } from '../core/address/network-failures.ts';
import { isWithin, type Grant, type Holder } from '../core/grant.ts';
import { PROGRAM_RIGHTS } from '../wire/key-rights.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { randomId } from '../store/random-id.ts';
import type { ReadFor } from '../store/work.ts';
import type { ApiKeyView, MadeApiKey, NewApiKey } from '../wire/api-key.ts';
import type { Access } from './access.ts';
import { beginOfApiKey, hashOfApiKey, idOfApiKey, isApiKey, makeApiKey } from './api-key-secret.ts';
import { ApiKeyUse } from './api-key-use.ts';
import { tooManyAttempts } from './attempt-limit.ts';
import type { CredentialStore, StoredCredential } from './credential-store.ts';
import type { AccountEvents, ApiKeyFacts, Identity } from './sessions.ts';
import type { UserStore } from './user-store.ts';

export interface ApiKeysOptions {
  store: { credentials: CredentialStore; users: Pick<UserStore, 'find'> };
  access: Access;
  events: AccountEvents;
  /** ms since the Unix epoch. */
  nowMs: () => number;
  /** The monotonic clock, ms. */
  steadyMs: () => number;
  log: Log;
}

/** The caller: a user in person, or an API key. */
export interface Caller extends Identity, Holder {
  /** The key's; undefined: in person. */
  keyName?: string;
}

/** As for passwords (login-throttle.ts). */
const WRONG_KEYS = [
  { prefix: 64, failures: 30, windowMs: 15 * 60_000 },
  { prefix: 48, failures: 120, windowMs: 15 * 60_000 },
] as const;

export class ApiKeys {
  readonly #options: ApiKeysOptions;
  readonly #wrong = new NetworkFailures(WRONG_KEYS);
  readonly #use: ApiKeyUse;
  #latestMs = 0;

  constructor(options: ApiKeysOptions) {
    this.#options = options;
    const { store, events, nowMs, steadyMs, log } = options;
    this.#use = new ApiKeyUse({
      steadyMs,
      write: (id, address) =>
        void store.credentials.used(id, nowMs(), address).catch((error: unknown) => {
          log.warn({ err: error, keyId: id }, 'failed to store the last use of an API key');
        }),
      onSpread: (id, address) => events.emit('apiKeySpread', this.#factsOf(id, address)),
    });
    events.on('credentialEnded', (id) => this.#use.forget(id));
  }

  /**
   * Counts and emits one request of a key (AccountEvents). Check again after each wait with `identify`.
   *
   * @param address of the client
   * @throws VigieError `unauthorized`, `tooManyRequests`
   */
  admit(key: string, address: string): Caller {
    let caller: Caller;
    try {
      caller = this.identify(key);
    } catch (error) {
      if (error instanceof VigieError && error.code === 'unauthorized') this.#refuse(address);
      throw error;
    }
    this.#use.admit(caller.sessionId, address);
    this.#options.events.emit('apiKeyUsed', this.#factsOf(caller.sessionId, address));
    return caller;
  }

  /** One more request of a program that was admitted and is still connected. @throws VigieError `tooManyRequests` */
  count(id: string, address: string): void {
    this.#use.admit(id, address);
  }

  /** @throws VigieError `unauthorized` */
  identify(key: string): Caller {
    const { store } = this.#options;
    const id = idOfApiKey(key);
    const stored = id === undefined ? undefined : store.credentials.find(id);
    const user = stored && store.users.find(stored.userId);
    if (!user || stored.kind !== 'apiKey' || !isApiKey(key, stored.hash))
      throw new VigieError('unauthorized', 'this API key is wrong, or was revoked');
    const { expiresAtMs, grant } = stored;
    if (expiresAtMs !== null && expiresAtMs <= this.#dateMs())
      throw new VigieError('unauthorized', 'this API key has expired; make a new one');
    const administers = user.role === 'administrator' && grant.powers.includes('administer');
    return {
      userId: user.id,
      username: user.username,
      role: administers ? 'administrator' : 'viewer',
      sessionId: stored.id,
      expiresAtMs: expiresAtMs ?? Infinity,
      grant,
      keyName: stored.name,
    };
  }

  /** Whether it was neither revoked nor has expired. */
  lasts(id: string): boolean {
    const stored = this.#options.store.credentials.find(id);
    return stored !== undefined && (stored.expiresAtMs ?? Infinity) > this.#dateMs();
  }

  nameOf(id: string): string | undefined {
    return this.#options.store.credentials.find(id)?.name;
  }

  /** The caller's keys; for an administrator, the keys of all users. */
  async list(caller: Caller, reader?: ReadFor): Promise<ApiKeyView[]> {
    const all = this.#options.access.isAdministrator(caller);
    const stored = await this.#options.store.credentials.list(all ? undefined : caller.userId, reader);
    return stored.filter(({ kind }) => kind === 'apiKey').map((each) => this.#view(each));
  }

  /** @throws VigieError `badRequest`, `forbidden` for more than the caller may, `conflict` */
  async add(caller: Caller, { name, expiresAtMs, ...grant }: NewApiKey): Promise<MadeApiKey> {
    const { store, nowMs } = this.#options;
    const createdAtMs = nowMs();
    if (expiresAtMs !== null && expiresAtMs <= this.#dateMs())
      throw new VigieError('unprocessable', 'expiresAtMs: must be in the future');
    if (caller.grant !== null && (expiresAtMs ?? Infinity) > caller.expiresAtMs)
      throw new VigieError(
        'forbidden',
        `a key expires no later than the key that creates it: set expiresAtMs, ${caller.expiresAtMs} at the latest`,
      );
    this.#assertWithin(caller, grant);
    const id = randomId('key');
    const secret = makeApiKey(id);
    const key = { id, kind: 'apiKey', userId: caller.userId, name, grant, createdAtMs, expiresAtMs } as const;
    await store.credentials.add({ ...key, hash: hashOfApiKey(secret) }, caller.sessionId);
    return {
      key: this.#view({ ...key, hash: new Uint8Array(), lastUsedAtMs: null, lastAddress: null }),
      secret,
    };
  }

  /**
   * Also revokes the keys created with it.
   *
   * @throws VigieError `notFound`, also for another user's key, unless the caller is an administrator
   */
  async revoke(caller: Caller, id: string): Promise<void> {
    const { store, access, events } = this.#options;
    const stored = store.credentials.find(id);
    const isOwn = stored?.userId === caller.userId;
    if (stored?.kind !== 'apiKey' || (!isOwn && !access.isAdministrator(caller)))
      throw new VigieError('notFound', 'there is no such API key');
    for (const ended of await store.credentials.remove(id)) events.emit('credentialEnded', ended);
  }

  /** Never earlier than before: a clock that is set back does not make an expired key valid again. */
  #dateMs(): number {
    this.#latestMs = Math.max(this.#latestMs, this.#options.nowMs());
    return this.#latestMs;
  }

  #refuse(address: string): void {
    const nowMs = this.#options.steadyMs();
    const waitMs = this.#wrong.waitMs(address, nowMs);
    this.#options.events.emit('apiKeyRefused', { address, isHeld: waitMs > 0 });
    if (waitMs > 0) throw tooManyAttempts(waitMs);
    this.#wrong.add(address, nowMs);
  }

  #assertWithin(caller: Caller, { everyCamera, cameras, powers }: Grant): void {
    const { access } = this.#options;
    const administers = access.isAdministrator(caller);
    if (everyCamera.length === 0 && cameras.length === 0 && powers.length === 0)
      throw new VigieError('unprocessable', 'give the key a right: in everyCamera, cameras or powers');
    if (!administers && powers.length > 0)
      throw new VigieError(
        'forbidden',
        `only an administrator may give a key the power ${powers.join(', ')}`,
      );
    if (!isWithin({ everyCamera, cameras, powers }, caller.grant))
      throw new VigieError('forbidden', 'a key cannot have more rights than the key that creates it');
    const rights = new Set([...everyCamera, ...cameras.flatMap((each) => each.rights)]);
    const program = PROGRAM_RIGHTS.find((right) => rights.has(right));
    if (!administers && program)
      throw new VigieError('forbidden', `only an administrator may give a key the right to ${program}`);
    for (const { cameraId, rights: given } of cameras)
      for (const right of given)
        if (right === 'publish' || right === 'analyse') access.assertKnown(cameraId);
        else access.assertMay(caller, right, cameraId);
  }

  #factsOf(id: string, address: string): ApiKeyFacts {
    const stored = this.#options.store.credentials.find(id);
    return { userId: stored?.userId, address, details: { key: stored?.name, byKeyId: id } };
  }

  #view({ hash: _hash, kind: _kind, grant, ...stored }: StoredCredential): ApiKeyView {
    const username = this.#options.store.users.find(stored.userId)?.username ?? '';
    const { everyCamera, cameras, powers } = grant;
    return {
      ...stored,
      username,
      begins: beginOfApiKey(stored.id),
      everyCamera: [...everyCamera],
      cameras: [...cameras],
      powers: [...powers],
    };
  }
}
