/**
 * Who calls: every call but a health check presents an API key, before any of its messages is read.
 *
 * Invariants: a call without a valid key costs no memory for its messages; one is counted as one request of its key, however many
 * messages it has; a call that sends no message in time ends.
 */

import {
  ServerInterceptingCall,
  ServerListenerBuilder,
  status,
  type Metadata,
  type ServerInterceptor,
  type ServerInterceptingCallInterface,
} from '@grpc/grpc-js';
import type { Accounts } from '../accounts/accounts.ts';
import type { Caller } from '../accounts/api-keys.ts';
import { presentedIn } from '../accounts/presented-credential.ts';
import { deviceName } from '../core/device-name.ts';
import { VigieError } from '../errors.ts';
import type { ConnectionOf } from '../http/client-connection.ts';
import type { Log } from '../log.ts';
import { statusOf } from './grpc-status.ts';

/** Who called, when the call began; `identify` says whether the key is still good. */
export interface Admitted {
  key: string;
  address: string;
  /** Connected over TLS. */
  secure: boolean;
  /** What the client says of itself, in a few words. */
  device: string | undefined;
}

export interface CallAdmissionOptions {
  accounts: Pick<Accounts, 'apiKeys'>;
  connectionOf: ConnectionOf;
  /** The connection carries TLS. */
  encrypted: boolean;
  /** An admitted call begins on the connection of this address and port. @returns call it when it ends */
  onCall: (peer: CallPeer) => () => void;
  log: Log;
}

export interface CallPeer {
  remoteAddress: string;
  remotePort: number;
}

const HEALTH = '/grpc.health.v1.Health/';
const REFLECTION = '/grpc.reflection.';
const FIRST_MESSAGE_TIMEOUT_MS = 10_000;
/** Of one call: more than a tool asks about this service. */
const MAX_REFLECTION_MESSAGES = 256;

export class CallAdmission {
  readonly #options: CallAdmissionOptions;
  readonly #admitted = new WeakMap<Metadata, Admitted>();

  constructor(options: CallAdmissionOptions) {
    this.#options = options;
  }

  /** For the options of the gRPC server. */
  readonly interceptor: ServerInterceptor = ({ path }, call) =>
    path.startsWith(HEALTH) ? guardHealth(call) : this.#guard(path, call);

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

  #guard(path: string, call: ServerInterceptingCallInterface): ServerInterceptingCall {
    const { log, onCall } = this.#options;
    let received = 0;
    let waiting: NodeJS.Timeout | undefined;
    let end: (() => void) | undefined;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        try {
          this.#admit(metadata, peerOf(call.getPeer()));
        } catch (error) {
          call.sendStatus(statusOf(error, log));
          return;
        }
        end = onCall(peerOf(call.getPeer()));
        const late = new VigieError('tooSlow', 'no message of the call arrived in 10 s');
        waiting = setTimeout(() => call.sendStatus(statusOf(late, log)), FIRST_MESSAGE_TIMEOUT_MS);
        next(metadata);
      })
      .withOnReceiveMessage((message, next) => {
        clearTimeout(waiting);
        received++;
        if (received > MAX_REFLECTION_MESSAGES && path.startsWith(REFLECTION))
          call.sendStatus(statusOf(new VigieError('tooManyRequests', 'ask in another call'), log));
        else next(message);
      })
      .withOnCancel(() => {
        clearTimeout(waiting);
        end?.();
      })
      .build();
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  }

  #admit(metadata: Metadata, peer: CallPeer): void {
    const { accounts, connectionOf, encrypted } = this.#options;
    const presented = presentedIn(textOf(metadata, 'authorization'));
    if (presented.kind !== 'apiKey' || presented.basic)
      throw new VigieError('unauthorized', 'present an API key, as "authorization: Bearer" and the key');
    const headers = Object.fromEntries(
      ['x-forwarded-for', 'x-forwarded-proto'].map((name) => [name, textOf(metadata, name)]),
    );
    const { address, secure } = connectionOf({ headers, socket: { ...peer, encrypted } });
    accounts.apiKeys.admit(presented.key, address);
    const device = deviceName(textOf(metadata, 'user-agent'));
    this.#admitted.set(metadata, { key: presented.key, address, secure, device });
  }
}

/** Its library keeps each name that it is asked to watch, for good. */
function guardHealth(call: ServerInterceptingCallInterface): ServerInterceptingCall {
  const listener = new ServerListenerBuilder()
    .withOnReceiveMessage((message: { service?: string }, next) => {
      if (message.service === undefined || HEALTH_NAMES.has(message.service)) next(message);
      else
        call.sendStatus({ code: status.NOT_FOUND, details: 'there is no such service here', metadata: null });
    })
    .build();
  return new ServerInterceptingCall(call, { start: (next) => next(listener) });
}

/** The server as a whole, and its service. */
export const HEALTH_NAMES: ReadonlySet<string> = new Set(['', 'vigie.v1.VigieService']);

function textOf(metadata: Metadata, name: string): string | undefined {
  const values = metadata.get(name).map(String);
  return values.length === 0 ? undefined : values.join(', ');
}

/** @param text as grpc-js gives it: `192.0.2.1:4711`, `::1:4711` */
function peerOf(text: string): CallPeer {
  const colon = text.lastIndexOf(':');
  return { remoteAddress: text.slice(0, colon), remotePort: Number(text.slice(colon + 1)) };
}
