/**
 * One TCP connection of a viewer as a path: datagrams framed both ways (RFC 4571).
 *
 * Invariants: a connection that does not prove, within seconds and a few kilobytes, that it belongs to a viewer is closed;
 * what waits to be sent is bounded, and when the line cannot take it the path says that it is full, so that whole frames are
 * left out instead of growing old in a queue. A peer that only asks and never reads gets no more answers when it is full.
 */

import type { Socket } from 'node:net';
import { Deframer, framed } from '../core/rtp/rtp-framing.ts';
import { isStun } from '../core/stun-turn/stun-check.ts';
import type { IceUsers } from './ice-users.ts';
import type { DatagramReceiver, Path } from './path.ts';

export interface TcpPathCounters {
  received: number;
  sent: number;
  /** Datagrams left out because too much was waiting already. */
  dropped: number;
  /** Connections closed because what came was no framing, or nothing of a viewer's. */
  malformed: number;
  /** Connections closed because no viewer showed in time, or nothing came any more. */
  timedOut: number;
}

export interface TcpPathOptions {
  socket: Socket;
  /** In plain form. */
  address: string;
  users: IceUsers;
  counters: TcpPathCounters;
  /** To a check with valid integrity. */
  claimTimeoutMs: number;
  /** A viewer has claimed it for the first time. */
  onClaimed?: () => void;
}

/** A connection that carried nothing for so long is dead; Chromium checks its spare paths more often. */
const IDLE_TIMEOUT_MS = 60_000;
/** A handful of connectivity checks. */
const MAX_UNCLAIMED_BYTES = 8 * 1024;
/** A quarter of a second of one camera. */
const FULL_BYTES = 32 * 1024;
/** Whole frames go out once begun, of several cameras perhaps; this is the end of it. */
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
        // STUN that the parser stumbles over.
      }
      this.#end('malformed');
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => clearTimeout(this.#deadline));
    // Both directions or nothing: half a path is none.
    socket.on('end', () => socket.destroy());
  }

  /** From too much waiting until all of it has gone. */
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

  /** A viewer that lets go of its path needs the connection no more. */
  release(receiver: DatagramReceiver): void {
    if (this.#receiver !== receiver) return;
    this.#receiver = undefined;
    this.#socket.destroy();
  }

  #onDatagram(datagram: Buffer): void {
    // The rest of a chunk whose beginning ended the connection.
    if (this.#socket.destroyed) return;
    this.#counters.received++;
    if (isStun(datagram)) this.#onCheck(datagram);
    else if (this.#receiver) this.#receiver.onDatagram(datagram);
    else this.#end('malformed');
  }

  /** Whatever is sent meanwhile is an answer. */
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
