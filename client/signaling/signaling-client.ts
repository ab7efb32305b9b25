/**
 * The page's one signaling WebSocket: authenticates, pairs responses with requests, emits notifications, and reconnects until it
 * is stopped.
 *
 * Invariant: `state` is `open` exactly while the server has accepted the page's token on a live socket; each opening has a new
 * `epoch`, and objects created on the server in an earlier epoch no longer exist.
 */

import {
  PICTURE_HEADER_BYTES,
  readPictureHeader,
  type PictureHeader,
} from '../../server/wire/picture-message.ts';
import {
  SIGNALING_SUBPROTOCOL,
  type PictureAckMessage,
  type RequestMessage,
  type ServerToViewer,
  type SignalingMethod,
  type SignalingMethods,
  type SignalingNotifications,
} from '../../server/wire/signaling.ts';
import { ApiError } from '../http/api-error.ts';
import { Emitter } from '../emitter.ts';
import type { ClockExchange } from './clock-offset.ts';
import { Backoff } from './backoff.ts';
import { closeReaction } from './close-reaction.ts';
import { Heartbeat } from './heartbeat.ts';
import { PendingRequests } from './pending-requests.ts';
import { SignalingError } from './signaling-error.ts';

/** `waiting`: for the next try. `stopped`: not started, or signed out. */
export type SignalingState = 'stopped' | 'connecting' | 'open' | 'waiting';

export interface SignalingClientEvents extends SignalingNotifications {
  state: SignalingState;
  /** A try ended before the WebSocket was open: how many have in a row. */
  unopened: number;
  /** A clock exchange was answered. */
  clock: ClockExchange;
  /** A JPEG of a camera watched by `watchFrames`; to be acknowledged. */
  picture: ReceivedPicture;
}

export interface ReceivedPicture extends PictureHeader {
  jpeg: Uint8Array<ArrayBuffer>;
}

/** The part of the session that signaling needs. */
export interface TokenSource {
  /** @throws ApiError; with a refusal (401) the client stops, with anything else it tries again */
  accessToken(minValidityMs?: number): Promise<string>;
  rejectToken(token?: string): void;
}

export interface SignalingClientOptions {
  /** ws: or wss: */
  url: string;
  tokens: TokenSource;
  backoff?: Backoff;
  /** Interval of the heartbeats on an open socket, in ms. */
  heartbeatMs?: number;
}

/** A restarted server is found within this time; its viewers are few enough for that. */
const MAX_DELAY_MS = 4_000;
const CONNECT_TIMEOUT_MS = 8_000;
const REQUEST_TIMEOUT_MS = 8_000;
const HEARTBEAT_MS = 5_000;
/** How long a heartbeat may take after a hint that the network has changed. */
const NUDGE_TIMEOUT_MS = 1_500;
/** The token is renewed this long before it expires. */
const RENEW_BEFORE_MS = 60_000;

export class SignalingClient extends Emitter<SignalingClientEvents> {
  readonly #url: string;
  readonly #tokens: TokenSource;
  readonly #backoff: Backoff;
  readonly #heartbeatMs: number;
  readonly #pending = new PendingRequests();
  #state: SignalingState = 'stopped';
  #epoch = 0;
  #socket: WebSocket | null = null;
  #token: string | undefined;
  /** The last try ended with a refused token, so the next one used another. */
  #renewed = false;
  /** Tries in a row that ended before the socket was open, with the one under way. */
  #unopened = 0;
  /** The next try while waiting, the deadline while connecting. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: Heartbeat | undefined;

  constructor(options: SignalingClientOptions) {
    super();
    this.#url = options.url;
    this.#tokens = options.tokens;
    this.#backoff = options.backoff ?? new Backoff({ maxMs: MAX_DELAY_MS });
    this.#heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
  }

  get state(): SignalingState {
    return this.#state;
  }

  /** Counts the openings; 0 before the first. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Idempotent. */
  start(): void {
    if (this.#state === 'stopped') this.#connect();
  }

  /** Idempotent. Requests under way are rejected. */
  stop(): void {
    this.#setState('stopped');
    this.#drop('the page has signed out');
  }

  /** The network or the page is back: tries at once instead of waiting, or checks that the socket is alive. */
  nudge(): void {
    if (this.#state === 'waiting') {
      this.#backoff.reset();
      this.#connect();
    } else if (this.#state === 'open') {
      void this.#heartbeat?.beat(NUDGE_TIMEOUT_MS);
    }
  }

  /** @throws SignalingError the server's, or `disconnected` or `timeout` */
  request<M extends SignalingMethod>(
    method: M,
    data: SignalingMethods[M]['request'],
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<SignalingMethods[M]['response']> {
    const socket = this.#socket;
    if (this.#state !== 'open' || !socket) {
      return Promise.reject(new SignalingError('disconnected', 'there is no connection to the server'));
    }
    const { id, answer } = this.#pending.add(method, timeoutMs);
    const message: RequestMessage<M> = { type: 'request', id, method, data };
    socket.send(JSON.stringify(message));
    // The contract in wire/ pairs each method with its response.
    return answer as Promise<SignalingMethods[M]['response']>;
  }

  /** This picture and all before it were shown or skipped: the server may send more. */
  acknowledge(watchId: number, sequence: number): void {
    const ack: PictureAckMessage = { type: 'ack', watchId, sequence };
    if (this.#state === 'open') this.#socket?.send(JSON.stringify(ack));
  }

  #connect(): void {
    this.#setState('connecting');
    this.#unopened++;
    const socket = new WebSocket(this.#url, SIGNALING_SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lost(socket), CONNECT_TIMEOUT_MS);
    // The token may need a refresh, which runs in parallel with the WebSocket handshake.
    const opened = new Promise((resolve) => socket.addEventListener('open', resolve));
    socket.addEventListener('open', () => (this.#unopened = 0));
    socket.addEventListener('message', ({ data }) => this.#onMessage(socket, data));
    socket.addEventListener('close', ({ code }) => this.#lost(socket, code));
    void this.#authenticate(socket, opened);
  }

  async #authenticate(socket: WebSocket, opened: Promise<unknown>): Promise<void> {
    try {
      const [token] = await Promise.all([this.#tokens.accessToken(), opened]);
      if (this.#socket !== socket) return;
      this.#token = token;
      socket.send(JSON.stringify({ type: 'authenticate', token }));
    } catch (error) {
      if (this.#socket !== socket) return;
      if (error instanceof ApiError && error.isRefusal) this.stop();
      else this.#lost(socket);
    }
  }

  #onMessage(socket: WebSocket, data: unknown): void {
    if (this.#socket !== socket) return;
    if (data instanceof ArrayBuffer) return this.#onPicture(data);
    if (typeof data !== 'string') return;
    const message = JSON.parse(data) as ServerToViewer;
    switch (message.type) {
      case 'authenticated':
        this.#onAuthenticated(socket, message.expiresInSeconds);
        break;
      case 'response':
        this.#pending.settle(message);
        break;
      case 'notification':
        this.emit(message.method, message.data);
        break;
    }
  }

  #onPicture(data: ArrayBuffer): void {
    const header = readPictureHeader(new Uint8Array(data));
    // For example one of another version: it ends only its own watch.
    if (typeof header === 'string') return;
    this.emit('picture', { ...header, jpeg: new Uint8Array(data, PICTURE_HEADER_BYTES) });
  }

  #onAuthenticated(socket: WebSocket, expiresInSeconds: number | null): void {
    clearTimeout(this.#timer);
    this.#backoff.reset();
    this.#renewed = false;
    this.#epoch++;
    this.#scheduleRenewal(expiresInSeconds);
    this.#setState('open');
    this.#heartbeat = new Heartbeat({
      getTime: (t0, timeoutMs) => this.request('getTime', { t0 }, timeoutMs),
      onExchange: (exchange) => this.emit('clock', exchange),
      onDead: () => this.#lost(socket),
      intervalMs: this.#heartbeatMs,
    });
  }

  #scheduleRenewal(expiresInSeconds: number | null): void {
    // A key that never expires; a page has none.
    if (expiresInSeconds === null) return;
    const inMs = Math.max(expiresInSeconds * 1000 - RENEW_BEFORE_MS, expiresInSeconds * 500);
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => void this.#renew(expiresInSeconds * 1000 - inMs), inMs);
  }

  async #renew(remainingMs: number): Promise<void> {
    try {
      this.#token = await this.#tokens.accessToken(remainingMs + 1000);
      const { expiresInSeconds } = await this.request('authenticate', { token: this.#token });
      this.#scheduleRenewal(expiresInSeconds);
    } catch (error) {
      if (error instanceof ApiError && error.isRefusal) this.stop();
      // Otherwise the old token runs out, the server closes, and reconnecting renews it.
    }
  }

  #lost(socket: WebSocket, code = 1006): void {
    if (this.#socket !== socket || this.#state === 'stopped') return;
    const { renewToken, minDelayMs } = closeReaction(code);
    if (renewToken) this.#tokens.rejectToken(this.#token);
    // With another token there is no need to wait, unless that one is refused as well.
    const delayMs = renewToken && !this.#renewed ? 0 : Math.max(minDelayMs, this.#backoff.next());
    this.#renewed = renewToken;
    this.#drop('the connection to the server was lost');
    if (this.#unopened > 0) this.emit('unopened', this.#unopened);
    this.#timer = setTimeout(() => this.#connect(), delayMs);
    this.#setState('waiting');
  }

  #drop(reason: string): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#renewal);
    this.#heartbeat?.close();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#pending.rejectAll(reason);
  }

  #setState(state: SignalingState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.emit('state', state);
  }
}
