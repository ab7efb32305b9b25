/** The accounts feature: users, sign-ins, API keys and rights. */

import { monotonicMs, wallMs } from '../core/clock.ts';
import type { Log } from '../log.ts';
import type { SecretStore } from '../store/secret-store.ts';
import { Access } from './access.ts';
import type { KnownDeviceStore } from './known-device-store.ts';
import { ApiKeys, type Caller } from './api-keys.ts';
import { idOfApiKey } from './api-key-secret.ts';
import type { CredentialStore } from './credential-store.ts';
import { KnownDevices } from './known-devices.ts';
import { LoginThrottle } from './login-throttle.ts';
import type { NoticeStore } from './notice-store.ts';
import type { PasswordCost } from './password-hash.ts';
import { PasswordHasher } from './password-hasher.ts';
import { RightLeases } from './right-leases.ts';
import type { SessionStore } from './session-store.ts';
import { AccountEvents, Sessions } from './sessions.ts';
import { SignIn } from './sign-in.ts';
import type { UserStore } from './user-store.ts';
import { Users } from './users.ts';

export interface AccountsOptions {
  store: {
    sessions: SessionStore;
    users: UserStore;
    secrets: SecretStore;
    notices: NoticeStore;
    knownDevices: KnownDeviceStore;
    credentials: CredentialStore;
  };
  /** Password of the first administrator; undefined: generate one. */
  adminPassword: string | undefined;
  log: Log;
  /** ms since the Unix epoch. */
  nowMs?: () => number;
  /** The monotonic clock, ms. */
  steadyMs?: () => number;
  /** Administrators may sign in at edges too. */
  administratorsAtEdges?: boolean;
  /** How often sessions that end by time alone are checked. */
  reviewIntervalMs?: number;
  /** Cost of new hashes; default: the recommended cost. Only tests lower it. */
  passwordCost?: PasswordCost;
}

export interface Accounts {
  readonly events: AccountEvents;
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly users: Users;
  readonly devices: KnownDevices;
  readonly access: Access;
  /** May act through an edge. */
  readonly administratorsAtEdges: boolean;
  readonly apiKeys: ApiKeys;
  /**
   * Identifies the caller by an access token or an API key, for messages without headers. For a key it counts as one request.
   *
   * @param address of the client
   * @throws VigieError `unauthorized`, `tooManyRequests`
   */
  admit(credential: string, address: string): Caller;
  /** Responses that depend on a right and end with it. */
  readonly leases: RightLeases;
  readonly notices: NoticeStore;
  readonly hasher: PasswordHasher;
  /** Generated on the first start, shown once. */
  readonly firstPassword: string | undefined;
  /** Idempotent. */
  close(): void;
}

export async function openAccounts(options: AccountsOptions): Promise<Accounts> {
  const { store, adminPassword, nowMs = wallMs, steadyMs = options.nowMs ?? monotonicMs } = options;
  const log = options.log.child({ component: 'accounts' });
  const events = new AccountEvents();
  const hasher = new PasswordHasher(options.passwordCost);
  const throttle = new LoginThrottle(steadyMs);
  const sessions = new Sessions({ store, events, nowMs });
  const users = new Users({ users: store.users, hasher, events, nowMs, steadyMs });
  const devices = new KnownDevices({
    store: store.knownDevices,
    secret: store.secrets.get('device'),
    nowMs,
    log,
  });
  const signIn = await SignIn.create({ users: store.users, sessions, hasher, throttle, log });
  const firstPassword = await users.addFirstAdministrator(adminPassword);
  const access = new Access(store.users);
  const apiKeys = new ApiKeys({ store, access, events, nowMs, steadyMs, log });
  const leases = new RightLeases({
    lasts: (sessionId) => sessions.lasts(sessionId) || apiKeys.lasts(sessionId),
    nowMs,
    log,
    ...(options.reviewIntervalMs !== undefined && { reviewIntervalMs: options.reviewIntervalMs }),
  });
  events.on('accessChanged', (userId) => leases.refreshAccess(userId));
  events.on('credentialEnded', (id) => leases.endSession(id));
  const { notices } = store;
  const close = (): void => leases.close();
  return {
    events,
    sessions,
    signIn,
    users,
    devices,
    access,
    administratorsAtEdges: options.administratorsAtEdges ?? false,
    apiKeys,
    admit: (credential, address) =>
      idOfApiKey(credential) === undefined
        ? { ...sessions.identify(credential), grant: null }
        : apiKeys.admit(credential, address),
    leases,
    notices,
    hasher,
    firstPassword,
    close,
  };
}
