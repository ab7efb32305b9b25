/**
 * The channels of an allocation: a two-byte number stands for a peer's address, so that relaying a packet costs four
 * bytes instead of a STUN message around it (RFC 8656 section 12).
 *
 * Invariant: a number means one peer until five minutes after its binding has expired (section 12).
 */

import { FIRST_CHANNEL, LAST_CHANNEL } from './channel-data.ts';
import type { TransportAddress } from './stun-address.ts';

/** A viewer's address as the TURN server sees it. */
export interface TurnPeer extends TransportAddress {
  /** 0 without a channel: data is sent in Send indications. */
  channel: number;
}

interface Binding {
  peer: TurnPeer;
  /** No more data is sent to the peer. */
  released: boolean;
  refreshUs: number;
  /** From then on the number may stand for another peer. */
  freeUs: number;
}

/** A binding lives ten minutes. */
const LIFETIME_US = 600_000_000;
const REFRESH_US = 480_000_000;
const COOLING_US = 300_000_000;

export class TurnChannels {
  readonly #bindings = new Map<number, Binding>();
  #next = FIRST_CHANNEL;

  /** Takes a number for a peer without one. @returns undefined when all are taken */
  take(peer: TurnPeer, nowUs: number): number | undefined {
    for (let tried = FIRST_CHANNEL; tried <= LAST_CHANNEL; tried++) {
      const channel = this.#next;
      this.#next = channel === LAST_CHANNEL ? FIRST_CHANNEL : channel + 1;
      if (nowUs < (this.#bindings.get(channel)?.freeUs ?? 0)) continue;
      this.#bindings.set(channel, { peer, released: false, ...timesFrom(nowUs) });
      return channel;
    }
    return undefined;
  }

  /** The server has bound it, for the first time or again. */
  bound(channel: number, nowUs: number): void {
    const binding = this.#bindings.get(channel);
    if (!binding) return;
    Object.assign(binding, timesFrom(nowUs));
    if (!binding.released) binding.peer.channel = channel;
  }

  /** The server refused it: the peer does without, and the number is freed later. */
  refused(channel: number): void {
    const binding = this.#bindings.get(channel);
    if (!binding) return;
    binding.peer.channel = 0;
    binding.refreshUs = Infinity;
  }

  peerOf(channel: number): TurnPeer | undefined {
    return this.#bindings.get(channel)?.peer;
  }

  /** The binding expires on the server. */
  release(peer: TurnPeer): void {
    peer.channel = 0;
    for (const binding of this.#bindings.values()) {
      if (binding.peer === peer) binding.released = true;
    }
  }

  /** @returns the channels to bind again now; each is returned once */
  due(nowUs: number): { channel: number; peer: TurnPeer }[] {
    const due: { channel: number; peer: TurnPeer }[] = [];
    for (const [channel, binding] of this.#bindings) {
      if (nowUs >= binding.freeUs) this.#bindings.delete(channel);
      if (binding.released || nowUs < binding.refreshUs) continue;
      binding.refreshUs = Infinity;
      due.push({ channel, peer: binding.peer });
    }
    return due;
  }
}

function timesFrom(nowUs: number): { refreshUs: number; freeUs: number } {
  return { refreshUs: nowUs + REFRESH_US, freeUs: nowUs + LIFETIME_US + COOLING_US };
}
