/**
 * Keeps one transport to the server open, whatever breaks it (server, network, sleep): ICE is restarted first, and if that does
 * not help in time, another transport is opened.
 *
 * Invariants: at most one transport is being opened; the old one stays open until `adopted` has moved its feeds; a transport
 * of an earlier signaling epoch is never usable.
 */

import { monotonicMs } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { Backoff } from '../signaling/backoff.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import { SignalingError } from '../signaling/signaling-error.ts';
import type { LiveTransport } from './live-transport.ts';

/** How long an ICE restart may take before everything is renewed. */
const ICE_RESTART_TIMEOUT_MS = 4_000;

type TransportSignaling = Pick<SignalingClient, 'on' | 'state' | 'epoch'>;

export interface TransportKeeperEvents {
  /** How many watch while the server has no room for a transport; null: it has. */
  full: number | null;
}

export class TransportKeeper extends Emitter<TransportKeeperEvents> {
  readonly #signaling: TransportSignaling;
  readonly #open: () => Promise<LiveTransport>;
  readonly #adopted: (transport: LiveTransport) => Promise<unknown>;
  readonly #backoff = new Backoff({ baseMs: 500, maxMs: 15_000 });
  readonly #unsubscribe: (() => void)[];
  #transport: LiveTransport | null = null;
  /** The transport was given up; the next one will be opened. */
  #broken = false;
  #opening = false;
  #supported = true;
  #watchingWhenFull: number | null = null;
  #searchingSinceMs: number | null = null;
  #wanted = false;
  #closed = false;
  #recovery: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param open makes a transport, as LiveTransport.open
   * @param adopted moves everything to a new transport; the old one is closed when it resolves
   */
  constructor(
    signaling: TransportSignaling,
    open: () => Promise<LiveTransport>,
    adopted: (transport: LiveTransport) => Promise<unknown>,
  ) {
    super();
    this.#signaling = signaling;
    this.#open = open;
    this.#adopted = adopted;
    this.#unsubscribe = [
      signaling.on('state', (state) => state === 'open' && this.#ensure()),
      signaling.on('transportClosed', ({ transportId }) => {
        if (this.#transport?.id === transportId) this.rebuild();
      }),
      signaling.on('transportOutdated', ({ transportId }) => {
        if (this.usable?.id === transportId) this.#replace();
      }),
    ];
  }

  /** A transport is wanted from now on. */
  want(): void {
    this.#wanted = true;
    this.#ensure();
  }

  /** The transport that cameras can be consumed on now; undefined while there is none. */
  get usable(): LiveTransport | undefined {
    const transport = this.#transport;
    return transport && !this.#broken && this.#isOfThisConnection(transport) ? transport : undefined;
  }

  get connected(): boolean {
    return this.#transport?.state === 'connected';
  }

  /** The browser has supported WebRTC. */
  get supported(): boolean {
    return this.#supported;
  }

  /** How many watch while the server has no room for a transport; null: it has. */
  get watchingWhenFull(): number | null {
    return this.#watchingWhenFull;
  }

  /** Since when a path to the server is searched for; null while there is one. */
  get searchingSinceMs(): number | null {
    return this.#searchingSinceMs;
  }

  /** The path to the server may have changed. */
  networkChanged(): void {
    if (this.#transport && this.connected) void this.#restartIce(this.#transport);
  }

  /** Gives the transport up. Its feeds keep their last picture until the next one carries them. */
  rebuild(): void {
    clearTimeout(this.#recovery);
    clearTimeout(this.#retry);
    this.#broken = true;
    this.#searchingSinceMs ??= monotonicMs();
    this.#retry = setTimeout(() => this.#ensure(), this.#backoff.next());
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#recovery);
    clearTimeout(this.#retry);
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    this.#transport?.close();
    this.#transport = null;
  }

  #isOfThisConnection(transport: LiveTransport): boolean {
    return transport.epoch === this.#signaling.epoch && this.#signaling.state === 'open';
  }

  #ensure(): void {
    if (this.#closed || !this.#wanted || this.#opening || this.#signaling.state !== 'open') return;
    if (!this.usable) void this.#openNext();
  }

  /** By another one, which is told the server's new addresses; this one goes on until then, or when that fails. */
  #replace(): void {
    if (!this.#closed && !this.#opening) void this.#openNext();
  }

  async #openNext(): Promise<void> {
    this.#opening = true;
    clearTimeout(this.#retry);
    try {
      const next = await this.#open();
      if (this.#closed || !this.#isOfThisConnection(next)) next.close();
      else this.#adopt(next);
    } catch (error) {
      if (this.usable) return;
      const watching = SignalingError.watchingWhenFull(error);
      this.#setFull(watching ?? null);
      if (watching === undefined) this.#searchingSinceMs ??= monotonicMs();
      this.#supported = !isUnsupported(error);
      // No browser gets WebRTC while it runs.
      if (this.#supported) this.#retry = setTimeout(() => this.#ensure(), this.#backoff.next());
      return;
    } finally {
      this.#opening = false;
    }
    // The connection may have gone and come back meanwhile.
    this.#ensure();
  }

  #setFull(watching: number | null): void {
    this.#watchingWhenFull = watching;
    this.emit('full', watching);
  }

  #adopt(next: LiveTransport): void {
    this.#setFull(null);
    const old = this.#transport;
    this.#transport = next;
    this.#broken = false;
    next.on('state', (state) => {
      if (this.#transport === next) this.#onState(next, state);
    });
    void this.#adopted(next).then(() => old?.close());
  }

  #onState(transport: LiveTransport, state: LiveTransport['state']): void {
    if (state === 'connecting') {
      this.#searchingSinceMs ??= monotonicMs();
    } else if (state === 'connected') {
      this.#searchingSinceMs = null;
      clearTimeout(this.#recovery);
      this.#backoff.reset();
    } else if (state === 'disconnected') {
      void this.#restartIce(transport);
    } else if (state === 'failed') {
      this.rebuild();
    }
  }

  async #restartIce(transport: LiveTransport): Promise<void> {
    clearTimeout(this.#recovery);
    this.#recovery = setTimeout(() => {
      if (this.#transport === transport && transport.state !== 'connected') this.rebuild();
    }, ICE_RESTART_TIMEOUT_MS);
    // Without signaling no request is possible; its reconnection rebuilds everything.
    await transport.restartIce().catch(() => undefined);
  }
}

/** mediasoup-client's error, recognized by its name so that this module need not load it. */
function isUnsupported(error: unknown): boolean {
  return error instanceof Error && error.name === 'UnsupportedError';
}
