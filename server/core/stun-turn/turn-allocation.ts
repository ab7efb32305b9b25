/**
 * One TURN allocation, the client's side without sockets and timers (RFC 8656): requests a relayed address, keeps it,
 * permits peers, and carries their data both ways. Its owner passes it bytes and the time.
 *
 * Invariant: after `close` or `onLost` it calls nothing more; a lost allocation is not repaired, the owner makes a new
 * one.
 */

import { randomBytes } from 'node:crypto';
import { readChannelData, writeChannelData } from './channel-data.ts';
import { readXorAddress, writeXorAddress, type TransportAddress } from './stun-address.ts';
import { ATTRIBUTE, readStun, TRANSACTION_ID_BYTES, writeStun, type StunMessage } from './stun-message.ts';
import { TurnChannels, type TurnPeer } from './turn-channels.ts';
import type { TurnCredentials } from './turn-credentials.ts';
import { TurnPermissions } from './turn-permissions.ts';
import { TurnTransactions } from './turn-transactions.ts';

export interface TurnAllocationOptions {
  credentials: TurnCredentials;
  /** Whether the transport to the server is TCP or TLS. */
  isStream: boolean;
  /** Sends a message to the server. */
  transmit: (message: Buffer) => void;
  /** The relayed address is available. */
  onAllocated: (relayed: TransportAddress) => void;
  /** Data from a peer arrived. */
  onData: (from: TransportAddress, data: Buffer) => void;
  /** The allocation failed or was lost. @param problem completes "the relay is lost: …" */
  onLost: (problem: string) => void;
}

const ALLOCATE = 0x0003;
const REFRESH = 0x0004;
const CREATE_PERMISSION = 0x0008;
const CHANNEL_BIND = 0x0009;
const SEND_INDICATION = 0x0016;
const DATA_INDICATION = 0x0017;
const UDP = 17;
/** Also detects a server that is gone or has restarted, and keeps NAT bindings on the way open. */
const REFRESH_INTERVAL_US = 5_000_000;
/** Short, so that the server frees the allocation soon after this process has ended. */
const LIFETIME_SECONDS = 600;

export class TurnAllocation {
  /** Datagrams in both directions; `ignored`: malformed messages. */
  readonly counters = { received: 0, sent: 0, indications: 0, ignored: 0, refusedPeers: 0 };
  readonly #options: TurnAllocationOptions;
  readonly #transactions: TurnTransactions;
  readonly #permissions = new TurnPermissions();
  readonly #channels = new TurnChannels();
  #state: 'asking' | 'allocated' | 'closed' = 'asking';
  #refreshUs = Infinity;

  constructor(options: TurnAllocationOptions, nowUs: number) {
    this.#options = options;
    const { credentials, isStream, transmit } = options;
    this.#transactions = new TurnTransactions(credentials, isStream, transmit);
    const transport = Buffer.from([UDP, 0, 0, 0]);
    this.#request(
      ALLOCATE,
      () => [[ATTRIBUTE.requestedTransport, transport], lifetime(LIFETIME_SECONDS)],
      nowUs,
      {
        granted: (message, laterUs) => this.#onAllocated(message, laterUs),
        refused: (reason) => this.#lose(reason),
      },
    );
  }

  /** Permits a peer's address, with any port; `forbid` revokes it. */
  permit(address: string, nowUs: number): void {
    this.#permissions.want(address, nowUs);
    this.tick(nowUs);
  }

  forbid(address: string): void {
    this.#permissions.drop(address);
  }

  /** Requests a channel to a peer; until it is bound, data is sent in Send indications. */
  bindChannel(peer: TurnPeer, nowUs: number): void {
    if (this.#state !== 'allocated' || peer.channel !== 0) return;
    const channel = this.#channels.take(peer, nowUs);
    if (channel !== undefined) this.#bind(channel, peer, nowUs);
  }

  /** No more data is sent to the peer. */
  releaseChannel(peer: TurnPeer): void {
    this.#channels.release(peer);
  }

  /** @returns false when there is no allocation to send through */
  send(data: Buffer, peer: TurnPeer): boolean {
    if (this.#state !== 'allocated') return false;
    const { transmit, isStream } = this.#options;
    this.counters.sent++;
    if (peer.channel !== 0) {
      transmit(writeChannelData(peer.channel, data, isStream));
      return true;
    }
    this.counters.indications++;
    const id = randomBytes(TRANSACTION_ID_BYTES);
    const address = writeXorAddress(peer, id);
    transmit(
      writeStun(SEND_INDICATION, id, [
        [ATTRIBUTE.xorPeerAddress, address],
        [ATTRIBUTE.data, data],
      ]),
    );
    return true;
  }

  /** @param message one complete message from the server, or from a forger */
  receive(message: Buffer, nowUs: number): void {
    if (this.#state === 'closed') return;
    if ((message[0] ?? 0) > 3) return this.#onChannelData(message);
    if (message.length >= 2 && message.readUInt16BE(0) === DATA_INDICATION)
      return this.#onIndication(message);
    if (!this.#transactions.receive(message, nowUs)) this.counters.ignored++;
  }

  /** Call it at least a few times a second. */
  tick(nowUs: number): void {
    this.#transactions.tick(nowUs);
    if (this.#state !== 'allocated') return;
    if (nowUs >= this.#refreshUs) this.#refresh(nowUs);
    for (const address of this.#permissions.due(nowUs)) this.#createPermission(address, nowUs);
    for (const { channel, peer } of this.#channels.due(nowUs)) this.#bind(channel, peer, nowUs);
  }

  /** Frees the allocation. Idempotent. */
  close(nowUs: number): void {
    if (this.#state === 'allocated') this.#request(REFRESH, () => [lifetime(0)], nowUs, {});
    this.#end();
  }

  #onAllocated(message: StunMessage, nowUs: number): void {
    const value = message.attributes.get(ATTRIBUTE.xorRelayedAddress);
    const relayed = value && readXorAddress(value, message.transactionId);
    if (!relayed) return this.#lose('the server gave no address');
    this.#state = 'allocated';
    this.#refreshUs = nowUs + REFRESH_INTERVAL_US;
    this.#options.onAllocated(relayed);
    this.tick(nowUs);
  }

  #refresh(nowUs: number): void {
    this.#refreshUs = Infinity;
    this.#request(REFRESH, () => [lifetime(LIFETIME_SECONDS)], nowUs, {
      granted: (_message, laterUs) => {
        this.#refreshUs = laterUs + REFRESH_INTERVAL_US;
      },
      // The server restarted and lost the allocation (437), requires other credentials (441), or is gone.
      refused: (reason) => this.#lose(reason),
    });
  }

  #createPermission(address: string, nowUs: number): void {
    const peer = (id: Buffer): [number, Buffer] => [
      ATTRIBUTE.xorPeerAddress,
      writeXorAddress({ address, port: 0 }, id),
    ];
    this.#request(CREATE_PERMISSION, (id) => [peer(id)], nowUs, {
      granted: (_message, laterUs) => this.#permissions.answered(address, true, laterUs),
      refused: (_reason, laterUs, hasAnswer) => {
        this.counters.refusedPeers++;
        this.#permissions.answered(address, hasAnswer, laterUs);
      },
    });
  }

  #bind(channel: number, peer: TurnPeer, nowUs: number): void {
    const number = Buffer.alloc(4);
    number.writeUInt16BE(channel, 0);
    this.#request(
      CHANNEL_BIND,
      (id) => [
        [ATTRIBUTE.channelNumber, number],
        [ATTRIBUTE.xorPeerAddress, writeXorAddress(peer, id)],
      ],
      nowUs,
      {
        granted: (_message, laterUs) => this.#channels.bound(channel, laterUs),
        refused: () => this.#channels.refused(channel),
      },
    );
  }

  #onChannelData(message: Buffer): void {
    const read = readChannelData(message);
    const peer = read && this.#channels.peerOf(read.channel);
    if (!peer) return void this.counters.ignored++;
    this.counters.received++;
    this.#options.onData(peer, read.data);
  }

  #onIndication(bytes: Buffer): void {
    const message = readStun(bytes);
    const value = message?.attributes.get(ATTRIBUTE.xorPeerAddress);
    const data = message?.attributes.get(ATTRIBUTE.data);
    const peer = message && value && readXorAddress(value, message.transactionId);
    if (!peer || !data) return void this.counters.ignored++;
    this.counters.received++;
    this.#options.onData(peer, data);
  }

  #request(
    type: number,
    attributes: (transactionId: Buffer) => [number, Buffer][],
    nowUs: number,
    on: {
      granted?: (message: StunMessage, nowUs: number) => void;
      refused?: (reason: string, nowUs: number, hasAnswer: boolean) => void;
    },
  ): void {
    this.#transactions.request(
      {
        type,
        attributes,
        done: (answer, laterUs) => {
          if (answer.ok) on.granted?.(answer.message, laterUs);
          else on.refused?.(answer.reason, laterUs, answer.code !== 0);
        },
      },
      nowUs,
    );
  }

  #lose(problem: string): void {
    this.#end();
    this.#options.onLost(problem);
  }

  #end(): void {
    this.#state = 'closed';
    this.#transactions.close();
  }
}

function lifetime(seconds: number): [number, Buffer] {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(seconds, 0);
  return [ATTRIBUTE.lifetime, value];
}
