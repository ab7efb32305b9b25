/**
 * The connection of a site or an edge to NATS: it connects out, and reconnects until it is closed.
 *
 * Invariants: nothing waits here for a lost connection, so that no old frame is sent after it is restored: a message that cannot
 * be sent now is refused; listeners outlive connections; a listener that throws affects no other; NATS's library is not loaded
 * before the first link is opened.
 */

import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Msg, NatsConnection, Subscription as NatsSubscription } from '@nats-io/transport-node';
import { Backoff } from '../core/backoff.ts';
import type { Subscription } from '../core/fan-out.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { authenticatorOf } from './nats-credentials.ts';

export interface NatsLinkOptions {
  /** nats:, tls: or wss:; more than one are servers of one cluster. */
  urls: readonly string[];
  /** Shown by NATS's own tools. */
  name: string;
  /** Text of the file of credentials; undefined: NATS asks for none. */
  credentials?: string | undefined;
  /** Prefix of the subjects for answers to this node; undefined: it sends no requests. */
  answerPrefix?: string | undefined;
  log: Log;
}

export interface NatsMessage {
  subject: string;
  data: Uint8Array;
  /** The subject on which the sender waits for an answer. */
  answerSubject: string | undefined;
}

export type OnNatsMessage = (message: NatsMessage) => void;

interface Listener {
  subject: string;
  onMessage: OnNatsMessage;
  open: NatsSubscription | undefined;
}

const RETRY = { firstMs: 250, maxMs: 2_000 };
const CONNECT_TIMEOUT_MS = 5_000;
/** A connection that leaves two pings unanswered is lost. */
const PING_INTERVAL_MS = 2_000;
const MAX_PINGS_OUT = 2;
const ANSWER_TIMEOUT_MS = 2_000;

export class NatsLink extends EventEmitter<{ open: []; lost: [] }> {
  readonly #options: NatsLinkOptions;
  readonly #log: Log;
  readonly #listeners = new Set<Listener>();
  readonly #end = new AbortController();
  readonly #running: Promise<void>;
  #connection: NatsConnection | undefined;
  /** The number of connections, and of refusals by NATS. */
  readonly counters = { connected: 0, refused: 0 };

  /** Returns at once: it connects in the background, and keeps trying. */
  constructor(options: NatsLinkOptions) {
    super();
    this.#options = options;
    this.#log = options.log.child({ component: 'edges' });
    this.#running = this.#run();
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** The longest message that the server takes, bytes. */
  get maxMessageBytes(): number {
    return this.#connection?.info?.max_payload ?? 0;
  }

  /** @returns false when it was not sent: there is no connection, or the message is too long for the server */
  publish(subject: string, data: Uint8Array): boolean {
    const connection = this.#open;
    if (!connection || data.length > this.maxMessageBytes) return false;
    connection.publish(subject, data);
    return true;
  }

  /** Resolves when NATS has read all that was published before. @throws Error when the connection is lost before that */
  async confirm(): Promise<void> {
    if (!this.#open) throw notConnected();
    await this.#open.flush();
  }

  /** @throws Error when nobody listens there, no answer comes in 2 s, or there is no connection */
  async ask(subject: string, data: Uint8Array): Promise<Uint8Array> {
    if (!this.#open) throw notConnected();
    const answer = await this.#open.request(subject, data, { timeout: ANSWER_TIMEOUT_MS });
    return answer.data;
  }

  /** Every message on the subject, which may have wildcards, in this connection and those after it. */
  listen(subject: string, onMessage: OnNatsMessage): Subscription {
    const listener: Listener = { subject, onMessage, open: undefined };
    this.#listeners.add(listener);
    if (this.#open) this.#listen(this.#open, listener);
    return {
      close: () => {
        this.#listeners.delete(listener);
        listener.open?.unsubscribe();
        listener.open = undefined;
      },
    };
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#end.abort();
    // An attempt to connect ends by itself; no caller waits for it.
    if (!this.#connection) return;
    await this.#connection.close();
    await this.#running;
  }

  /** A connection that is being closed refuses with an exception. */
  get #open(): NatsConnection | undefined {
    return this.#connection?.isClosed() === false ? this.#connection : undefined;
  }

  async #run(): Promise<void> {
    const backoff = new Backoff(RETRY.firstMs, RETRY.maxMs);
    let isTold = false;
    while (!this.#end.signal.aborted) {
      try {
        const connection = await this.#connect();
        backoff.reset();
        isTold = false;
        this.#onOpen(connection);
        const error = await connection.closed();
        this.#onLost(error ?? undefined);
      } catch (error) {
        // Once: it is tried again every two seconds.
        this.#log[isTold ? 'debug' : 'warn']({ err: error }, 'failed to connect to NATS');
        isTold = true;
      }
      await delay(backoff.nextMs(), undefined, { signal: this.#end.signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  async #connect(): Promise<NatsConnection> {
    const nats = await import('@nats-io/transport-node');
    const { urls, name, credentials, answerPrefix } = this.#options;
    const isWebSocket = urls.some((url) => url.startsWith('wss:') || url.startsWith('ws:'));
    const isSecure = urls.some((url) => url.startsWith('tls:'));
    const connection = await (isWebSocket ? nats.wsconnect : nats.connect)({
      servers: [...urls],
      name,
      // The link opens a new connection itself, because the library would buffer what is published meanwhile.
      reconnect: false,
      timeout: CONNECT_TIMEOUT_MS,
      pingInterval: PING_INTERVAL_MS,
      maxPingOut: MAX_PINGS_OUT,
      noAsyncTraces: true,
      ...(isSecure && { tls: {} }),
      ...(answerPrefix !== undefined && { inboxPrefix: answerPrefix }),
      ...(credentials !== undefined && { authenticator: authenticatorOf(nats, credentials) }),
    });
    if (!this.#end.signal.aborted) return connection;
    await connection.close();
    throw notConnected();
  }

  #onOpen(connection: NatsConnection): void {
    this.#connection = connection;
    this.counters.connected++;
    this.#log.info({ server: connection.getServer() }, 'NATS connected');
    void this.#watch(connection);
    for (const listener of this.#listeners) this.#listen(connection, listener);
    this.emit('open');
  }

  #onLost(error: Error | undefined): void {
    this.#connection = undefined;
    for (const listener of this.#listeners) listener.open = undefined;
    if (!this.#end.signal.aborted) this.#log.warn({ err: error }, 'NATS connection lost');
    this.emit('lost');
  }

  #listen(connection: NatsConnection, listener: Listener): void {
    listener.open = connection.subscribe(listener.subject, {
      callback: (error, message) => {
        // Reported by #watch.
        if (!error) this.#pass(listener, message);
      },
    });
  }

  /** An exception thrown here would end the library's reader. */
  #pass({ subject, onMessage }: Listener, message: Msg): void {
    try {
      onMessage({ subject: message.subject, data: message.data, answerSubject: message.reply });
    } catch (error) {
      this.#log.error({ err: error, subject }, 'failed to handle a message');
    }
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type !== 'error') continue;
      this.counters.refused++;
      this.#log.warn({ err: status.error }, 'message refused by NATS');
    }
  }
}

function notConnected(): VigieError {
  return new VigieError('unavailable', 'there is no connection to NATS');
}
