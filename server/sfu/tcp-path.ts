/**
 * One TCP connection of a viewer as a path: framed datagrams both ways (RFC 4571).
 *
 * Invariants: a connection that no viewer claims within seconds and a few kilobytes is closed; waiting data is bounded,
 * and a path that cannot keep up reports that it is full, so whole frames are skipped instead of aging in a queue. A
 * peer that sends checks but never reads gets no answers while the path is full.
 */

import type { Socket } from 'node:net';
import { Deframer, framed } from '../core/rtp/rtp-framing.ts';
import { isStun } from '../core/stun-turn/stun-check.ts';
import type { IceUsers } from './ice-users.ts';
import type { DatagramReceiver, Path } from './path.ts';

export interface TcpPathCounters {
  received: number;
  sent: number;
  /** Datagrams dropped because too much was waiting. */
  dropped: number;
  /** Connections closed because of malformed framing, or data that belongs to no viewer. */
  malformed: number;
  /** Connections closed because no viewer claimed them in time, or because they were idle. */
  timedOut: number;
}

export interface TcpPathOptions {
  socket: Socket;
  /** In canonical form. */
  address: string;
  users: IceUsers;
  counters: TcpPathCounters;
  /** Time until a check with valid integrity must arrive. */
  claimTimeoutMs: number;
  /** Called when a viewer claims the connection for the first time. */
  onClaimed?: () => void;
}

/** A connection without traffic for this long is dead; Chromium checks its spare paths more often. */
const IDLE_TIMEOUT_MS = 60_000;
/** Bytes read before a viewer is known: a handful of connectivity checks. */
const MAX_UNCLAIMED_BYTES = 8 * 1024;
/** Waiting bytes above which whole frames are dropped: a quarter of a second of one camera. */
const FULL_BYTES = 32 * 1024;
/** Waiting bytes above which upper layers are left out: half of FULL_BYTES. */
const FILLING_BYTES = 16 * 1024;
/** A frame that has begun is sent whole, perhaps for several cameras; this is the hard limit. */
const MAX_WAITING_BYTES = 1024 * 1024;

export class TcpPath implements Path {
  readonly kind = 'tcp';
  readonly address: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #users: IceUsers;
  readonly #counters: TcpPathCounters;
  readonly #deadline: NodeJS.Timeout;
  #receiver: DatagramReceiver | undefined;
  #unclaimedBytes = 0;
  #full = false;
  #onClaimed: (() => void) | undefined;
  #isAnswering = false;

  constructor({ socket, address, users, counters, claimTimeoutMs, onClaimed }: TcpPathOptions) {
    this.#onClaimed = onClaimed;
    this.address = address;
    this.port = socket.remotePort ?? 0;
    this.#socket = socket;
    this.#users = users;
    this.#counters = counters;
    this.#deadline = setTimeout(() => this.#end('timedOut'), claimTimeoutMs);
    const deframer = new Deframer((datagram) => this.#onDatagram(datagram));
    socket.setNoDelay(true);
    socket.setTimeout(IDLE_TIMEOUT_MS, () => this.#end('timedOut'));
    socket.on('data', (chunk: Buffer) => {
      if (!this.#receiver) this.#unclaimedBytes += chunk.length;
      try {
        if (this.#unclaimedBytes <= MAX_UNCLAIMED_BYTES && deframer.push(chunk)) return;
      } catch {
        // Malformed STUN.
      }
      this.#end('malformed');
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => clearTimeout(this.#deadline));
    // A half-closed connection is of no use.
    socket.on('end', () => socket.destroy());
  }

  /** See Path. */
  get isFilling(): boolean {
    return this.#socket.writableLength > FILLING_BYTES;
  }

  /** True from too much waiting until all of it is sent. */
  get isFull(): boolean {
    const { writableLength } = this.#socket;
    this.#full = this.#full ? writableLength > 0 : writableLength > FULL_BYTES;
    return this.#full;
  }

  send(datagram: Buffer): void {
    if (!this.#socket.writable) return;
    const maxWaiting = this.#isAnswering ? FULL_BYTES : MAX_WAITING_BYTES;
    if (this.#socket.writableLength > maxWaiting) return void this.#counters.dropped++;
    this.#counters.sent++;
    this.#socket.write(framed(datagram));
  }

  claim(receiver: DatagramReceiver): void {
    this.#receiver = receiver;
    this.#unclaimedBytes = 0;
    clearTimeout(this.#deadline);
    this.#onClaimed?.();
    this.#onClaimed = undefined;
  }

  /** A viewer that releases its path no longer needs the connection. */
  release(receiver: DatagramReceiver): void {
    if (this.#receiver !== receiver) return;
    this.#receiver = undefined;
    this.#socket.destroy();
  }

  #onDatagram(datagram: Buffer): void {
    // The rest of a chunk whose beginning closed the connection.
    if (this.#socket.destroyed) return;
    this.#counters.received++;
    if (isStun(datagram)) this.#onCheck(datagram);
    else if (this.#receiver) this.#receiver.onDatagram(datagram);
    else this.#end('malformed');
  }

  /** Data sent meanwhile is an answer to the check. */
  #onCheck(datagram: Buffer): void {
    this.#isAnswering = true;
    try {
      this.#users.onStun(datagram, this);
    } finally {
      this.#isAnswering = false;
    }
  }

  #end(why: 'malformed' | 'timedOut'): void {
    if (this.#socket.destroyed) return;
    this.#counters[why]++;
    this.#socket.destroy();
  }
}
