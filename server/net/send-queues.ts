/**
 * The number of bytes of a TCP connection that the peer's machine has not acknowledged yet. Node does not report it, and a kernel
 * accepts megabytes before a writer notices; Linux lists it in /proc/net/tcp and tcp6 as `tx_queue` (proc_pid_net(5)).
 *
 * Invariants: the list is read only while a connection is watched, once for all of them, and takes a twentieth of the time at
 * most; but no watcher waits longer than MAX_PAUSE_MS, because on a busy machine a read takes long without costing more. On other
 * systems the number is unknown, and each watcher is told so.
 */

import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import { parseIp } from '../core/address/ip-address.ts';
import { monotonicMs } from '../core/clock.ts';
import type { Subscription } from '../core/fan-out.ts';

const INTERVAL_MS = 20;
/** Least ratio of the pause between two readings to the time that one takes. */
const LEAST_PAUSE_FACTOR = 20;
/** A viewer's pictures wait meanwhile. */
const MAX_PAUSE_MS = 100;
const LISTS = { 4: '/proc/net/tcp', 6: '/proc/net/tcp6' } as const;
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
/** `0: local remote state tx_queue:rx_queue …`, all of it hexadecimal. */
const LINE = /^ *\d+: [\dA-F]+:([\dA-F]{4}) ([\dA-F]+:[\dA-F]{4}) [\dA-F]{2} ([\dA-F]{8}):/gm;

interface Watch {
  key: string;
  list: (typeof LISTS)[4 | 6];
  socket: Socket;
  /** @param bytes undefined: not known */
  onBytes: (bytes: number | undefined) => void;
}

export class SendQueues {
  readonly #watches = new Set<Watch>();
  #timer: NodeJS.Timeout | undefined;
  #reading = false;

  /** @param onBytes called repeatedly; undefined: not known */
  watch(socket: Socket, onBytes: Watch['onBytes']): Subscription {
    const watch = { ...placeOf(socket), socket, onBytes };
    this.#watches.add(watch);
    if (!this.#reading) this.#timer ??= setTimeout(() => void this.#read(), INTERVAL_MS);
    return {
      close: () => {
        this.#watches.delete(watch);
        if (this.#watches.size > 0) return;
        clearTimeout(this.#timer);
        this.#timer = undefined;
      },
    };
  }

  async #read(): Promise<void> {
    this.#timer = undefined;
    this.#reading = true;
    const startedAtMs = monotonicMs();
    const watches = [...this.#watches];
    const queues = new Map<string, number>();
    for (const list of new Set(watches.map((watch) => watch.list))) await readList(list, queues);
    const tookMs = monotonicMs() - startedAtMs;
    this.#reading = false;
    for (const watch of watches) {
      if (!this.#watches.has(watch)) continue;
      const queued = queues.get(watch.key);
      watch.onBytes(queued === undefined ? undefined : queued + watch.socket.writableLength);
    }
    if (this.#watches.size === 0) return;
    this.#timer ??= setTimeout(() => void this.#read(), pauseAfter(tookMs));
  }
}

/** @param tookMs the last reading @returns ms until the next one */
export function pauseAfter(tookMs: number): number {
  return Math.min(MAX_PAUSE_MS, Math.max(INTERVAL_MS, LEAST_PAUSE_FACTOR * tookMs));
}

async function readList(path: string, queues: Map<string, number>): Promise<void> {
  let text: string;
  try {
    text = await readFile(path, 'latin1');
  } catch {
    // Another system, or one without /proc.
    return;
  }
  for (const [, localPort = '', remote = '', queued = ''] of text.matchAll(LINE))
    queues.set(`${localPort} ${remote}`, Number.parseInt(queued, 16));
}

/** Addresses are listed as words of 32 bits in the machine's byte order, and IPv4 on a dual-stack socket as mapped IPv6. */
function placeOf({ localPort = 0, remotePort = 0, remoteAddress = '' }: Socket): Pick<Watch, 'key' | 'list'> {
  const ofBoth = remoteAddress.includes(':');
  const address = parseIp(remoteAddress)?.toByteArray() ?? [];
  const bytes = ofBoth && address.length === 4 ? [...MAPPED_PREFIX, ...address] : address;
  const words: number[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const word = bytes.slice(at, at + 4);
    words.push(...(endianness() === 'LE' ? word.toReversed() : word));
  }
  const remote = words.map((byte) => hex(byte, 2)).join('');
  return {
    key: `${hex(localPort, 4)} ${remote}:${hex(remotePort, 4)}`,
    list: LISTS[ofBoth ? 6 : 4],
  };
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
