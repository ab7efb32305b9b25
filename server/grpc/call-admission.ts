/**
 * Admits callers: every call except a health check presents an API key, before any of its messages is read.
 *
 * Invariants: a call without a valid key costs no memory for its messages; a call counts as one request of its key, however many
 * messages it has; a call that sends no message in time ends; a network has few health checks at once, and a user few
 * reflections; a connection that presents only wrong keys is closed.
 */

import type {
  Metadata,
  ServerInterceptor,
  ServerInterceptingCall,
  ServerInterceptingCallInterface,
} from '@grpc/grpc-js';
import type { Accounts } from '../accounts/accounts.ts';
import type { Caller } from '../accounts/api-keys.ts';
import { presentedIn } from '../accounts/presented-credential.ts';
import { networkOf } from '../core/address/network.ts';
import { deviceName } from '../core/device-name.ts';
import { Shares } from '../core/shares.ts';
import { VigieError } from '../errors.ts';
import type { ConnectionOf } from '../http/client-connection.ts';
import type { Log } from '../log.ts';
import { allowMessages, guardCall, type CallRules } from './call-guard.ts';
import { sendFramed } from './framed-message.ts';
import { assertMessage } from './parse-request.ts';

/** The caller at the beginning of the call; `identify` says whether the key is still valid. */
export interface Admitted {
  key: string;
  address: string;
  /** Connected over TLS. */
  secure: boolean;
  /** The client's description of itself, in a few words. */
  device: string | undefined;
  /** Its messages may have this size from now on. */
  allowMessages: (maxBytes: number) => void;
}

export interface CallAdmissionOptions {
  accounts: Pick<Accounts, 'apiKeys'>;
  connectionOf: ConnectionOf;
  /** The connection carries TLS. */
  encrypted: boolean;
  /** An admitted call begins on the connection of this address and port. @returns call it when it ends */
  onCall: (peer: CallPeer) => () => void;
  /** A call of that connection was refused. */
  onRefused: (peer: CallPeer) => void;
  log: Log;
  firstMessageTimeoutMs?: number;
}

export interface CallPeer {
  remoteAddress: string;
  remotePort: number;
}

const HEALTH = '/grpc.health.v1.Health/';
const REFLECTION = '/grpc.reflection.';
const FIRST_MESSAGE_TIMEOUT_MS = 10_000;
/** By network: a monitor or two. */
export const HEALTH_SHARES = { total: 64, perUser: 8 };
export const REFLECTION_SHARES = { total: 64, perUser: 16 };
/** Messages of one call: more than a tool requests about this service. Answers that are not read wait in memory. */
const MAX_REFLECTION_MESSAGES = 64;
const REFLECTION_TIMEOUT_MS = 60_000;
/** The server as a whole, and its service. */
export const HEALTH_NAMES: ReadonlySet<string> = new Set(['', 'vigie.v1.VigieService']);

export class CallAdmission {
  readonly #options: CallAdmissionOptions;
  readonly #admitted = new WeakMap<Metadata, Admitted>();
  readonly #refused = { unauthorized: 0, tooMany: 0 };
  readonly #health = new Shares(HEALTH_SHARES);
  readonly #reflections = new Shares(REFLECTION_SHARES);

  constructor(options: CallAdmissionOptions) {
    this.#options = options;
  }

  /** Number of calls so far. */
  get refused(): { unauthorized: number; tooMany: number } {
    const { unauthorized, tooMany } = this.#refused;
    return { unauthorized, tooMany: tooMany + this.#health.refused + this.#reflections.refused };
  }

  /** For the options of the gRPC server. */
  readonly interceptor: ServerInterceptor = ({ path, requestStream }, call) => {
    const { log, firstMessageTimeoutMs: afterMs = FIRST_MESSAGE_TIMEOUT_MS } = this.#options;
    const until = requestStream ? 'firstMessage' : 'wholeRequest';
    const rules = { deadline: { until, afterMs }, log } as const;
    if (path.startsWith(HEALTH)) return this.#guardHealth(call, rules);
    if (path.startsWith(REFLECTION)) return this.#guardReflection(call, rules);
    return guardCall(call, {
      ...rules,
      enter: (metadata) => this.#enter(metadata, call),
    });
  };

  /** @param metadata of a call that was let in @throws VigieError `unauthorized` */
  of(metadata: Metadata): Admitted {
    const admitted = this.#admitted.get(metadata);
    if (!admitted) throw new VigieError('unauthorized', 'present an API key');
    return admitted;
  }

  /** Call it again after each wait. @throws VigieError `unauthorized` */
  identify({ key }: Admitted): Caller {
    return this.#options.accounts.apiKeys.identify(key);
  }

  /** Needs no key. Its library keeps each watched name forever. */
  #guardHealth(
    call: ServerInterceptingCallInterface,
    rules: Omit<CallRules, 'enter'>,
  ): ServerInterceptingCall {
    return guardCall(call, {
      ...rules,
      enter: (metadata) => {
        const { address } = this.#connectionOf(metadata, peerOf(call.getPeer()));
        return shareOf(this.#health, networkOf(address), 'health checks of one network');
      },
      accept: (message) => {
        assertMessage(message);
        const { service } = message as { service?: string };
        if (service !== undefined && !HEALTH_NAMES.has(service))
          throw new VigieError('notFound', 'there is no such service here');
      },
    });
  }

  /** Its library sends answers without waiting for the client to read them. */
  #guardReflection(
    call: ServerInterceptingCallInterface,
    rules: Omit<CallRules, 'enter'>,
  ): ServerInterceptingCall {
    return guardCall(call, {
      ...rules,
      enter: (metadata) => {
        const end = this.#enter(metadata, call);
        try {
          const { userId } = this.identify(this.of(metadata));
          const leave = shareOf(this.#reflections, userId, 'reflections of one user');
          return () => {
            leave();
            end();
          };
        } catch (error) {
          end();
          throw error;
        }
      },
      accept: assertMessage,
      maxMessages: MAX_REFLECTION_MESSAGES,
      deadline: { until: 'end', afterMs: REFLECTION_TIMEOUT_MS },
    });
  }

  /** @returns called when the call ends @throws VigieError */
  #enter(metadata: Metadata, call: ServerInterceptingCallInterface): () => void {
    const peer = peerOf(call.getPeer());
    try {
      this.#admit(metadata, peer, call);
    } catch (error) {
      const isTooMany = error instanceof VigieError && error.code === 'tooManyRequests';
      this.#refused[isTooMany ? 'tooMany' : 'unauthorized']++;
      this.#options.onRefused(peer);
      throw error;
    }
    return this.#options.onCall(peer);
  }

  #admit(metadata: Metadata, peer: CallPeer, call: ServerInterceptingCallInterface): void {
    const { apiKeys } = this.#options.accounts;
    const presented = presentedIn(textOf(metadata, 'authorization'));
    if (presented.kind !== 'apiKey' || presented.basic)
      throw new VigieError('unauthorized', 'present an API key, as "authorization: Bearer" and the key');
    const { address, secure } = this.#connectionOf(metadata, peer);
    apiKeys.admit(presented.key, address);
    const device = deviceName(textOf(metadata, 'user-agent'));
    sendFramed(call);
    this.#admitted.set(metadata, {
      key: presented.key,
      address,
      secure,
      device,
      allowMessages: (maxBytes) => allowMessages(call, maxBytes),
    });
  }

  #connectionOf(metadata: Metadata, peer: CallPeer): ReturnType<ConnectionOf> {
    const { connectionOf, encrypted } = this.#options;
    const headers = Object.fromEntries(
      ['x-forwarded-for', 'x-forwarded-proto'].map((name) => [name, textOf(metadata, name)]),
    );
    return connectionOf({ headers, socket: { ...peer, encrypted } });
  }
}

/** @throws VigieError `tooManyRequests` */
function shareOf(shares: Shares, holder: string, name: string): () => void {
  const leave = shares.take(holder);
  if (!leave) throw new VigieError('tooManyRequests', `too many ${name} at once: end one first`);
  return leave;
}

function textOf(metadata: Metadata, name: string): string | undefined {
  const values = metadata.get(name).map(String);
  return values.length === 0 ? undefined : values.join(', ');
}

/** @param text as grpc-js gives it: `192.0.2.1:4711`, `::1:4711` */
function peerOf(text: string): CallPeer {
  const colon = text.lastIndexOf(':');
  return { remoteAddress: text.slice(0, colon), remotePort: Number(text.slice(colon + 1)) };
}
