/**
 * The one UDP socket for all viewers.
 *
 * Datagrams find their viewer in two steps: a STUN binding request by its username fragment (ice-users.ts), everything
 * else by its source address, which only a request with valid integrity can have registered (known-paths.ts). Answers
 * of STUN servers go to whoever asked them (mapped-address.ts). Other datagrams are counted and dropped.
 */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import { canonicalIp } from '../core/address/ip-address.ts';
import type { TransportAddress } from '../core/stun-turn/stun-address.ts';
import { isBindingResponse } from '../core/stun-turn/stun-binding.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { listenError } from '../net/listen.ts';
import type { IceUsers } from './ice-users.ts';
import { KnownPaths } from './known-paths.ts';
import type { Path } from './path.ts';

/** A keyframe for a dozen viewers is sent in one burst; the kernel needs room for it. */
const SOCKET_BUFFER_BYTES = 2 * 1024 * 1024;
/** With more than this waiting, the network is too slow: frames are skipped, in the worst case single datagrams. */
const FULL_BYTES = 1024 * 1024;
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

export class RtcSocket {
  /** `dropped`: datagrams dropped because too much was waiting. */
  readonly counters = { received: 0, sent: 0, sendErrors: 0, dropped: 0, failed: 0 };
  /** Called with every answer to a binding request, asked for or not. */
  onBindingResponse: (datagram: Buffer, from: TransportAddress) => void = () => {};
  readonly #socket: Socket;
  readonly #isDualStack: boolean;
  readonly #paths: KnownPaths;
  /** One callback for all datagrams is cheaper than one each. */
  readonly #onSent = (error: Error | null): void => {
    if (error) this.counters.sendErrors++;
  };

  /**
   * @param port 0 lets the system choose
   * @throws VigieError `configuration` when the port is taken
   */
  static async open(port: number, users: IceUsers, log: Log): Promise<RtcSocket> {
    for (const type of ['udp6', 'udp4'] as const) {
      // The destination is always a literal address: resolving it synchronously saves a tick per packet.
      const socket = createSocket({
        type,
        lookup: (host, _options, done) => done(null, host, type === 'udp6' ? 6 : 4),
      });
      try {
        const listening = once(socket, 'listening');
        socket.bind(port);
        await listening;
        return new RtcSocket(socket, type === 'udp6', users, log);
      } catch (error) {
        socket.close();
        const { code } = error as NodeJS.ErrnoException;
        if (type === 'udp6' && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL' || code === 'EINVAL'))
          continue;
        throw listenError(error, { protocol: 'UDP', port, purpose: 'viewers', setting: 'VIGIE_RTC_PORT' });
      }
    }
    throw new VigieError('configuration', 'this machine offers neither IPv6 nor IPv4 for UDP');
  }

  private constructor(socket: Socket, isDualStack: boolean, users: IceUsers, log: Log) {
    this.#socket = socket;
    this.#isDualStack = isDualStack;
    this.#paths = new KnownPaths(users);
    socket.setRecvBufferSize(SOCKET_BUFFER_BYTES);
    socket.setSendBufferSize(SOCKET_BUFFER_BYTES);
    socket.on('message', (datagram, from) => {
      try {
        this.#receive(datagram, from);
      } catch (error) {
        // A datagram must never crash the server.
        if (this.counters.failed++ === 0) log.error({ err: error }, 'failed to handle a datagram');
      }
    });
    socket.on('error', (error) => log.error({ err: error }, 'UDP socket failed'));
  }

  get unknownAddress(): number {
    return this.#paths.unknownAddress;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** Node queues without a bound when the network does not keep up. */
  get isFull(): boolean {
    return this.#socket.getSendQueueSize() > FULL_BYTES;
  }

  /** Do not write to the datagram afterwards: the system reads it later. */
  send(datagram: Buffer, to: { address: string; port: number }): void {
    if (this.#socket.getSendQueueSize() > MAX_WAITING_BYTES) return void this.counters.dropped++;
    this.counters.sent++;
    this.#socket.send(datagram, to.port, to.address, this.#onSent);
  }

  /** Like `send`, to an address in canonical form; one of a family that this machine lacks is counted as an error. */
  sendTo(datagram: Buffer, { address, port }: TransportAddress): void {
    if (!isIPv4(address) && !this.#isDualStack) return void this.counters.sendErrors++;
    this.send(datagram, {
      address: isIPv4(address) && this.#isDualStack ? `::ffff:${address}` : address,
      port,
    });
  }

  async close(): Promise<void> {
    this.#paths.clear();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #receive(datagram: Buffer, from: RemoteInfo): void {
    this.counters.received++;
    if (isBindingResponse(datagram))
      return this.onBindingResponse(datagram, {
        address: canonicalIp(from.address) ?? from.address,
        port: from.port,
      });
    const key = `${from.address} ${from.port}`;
    this.#paths.receive(key, datagram, () => this.#newPath(key, from));
  }

  /** A dual-stack socket shows IPv4 addresses mapped (`::ffff:192.0.2.1`) and expects that form for sending. */
  #newPath(key: string, from: RemoteInfo): Path {
    const isFull = (): boolean => this.isFull;
    const path: Path = {
      kind: 'udp',
      // Computed on demand: few callers need it, and a path is made even for each forged datagram.
      get address() {
        return canonicalIp(from.address) ?? from.address;
      },
      get isFull() {
        return isFull();
      },
      port: from.port,
      send: (datagram) => this.send(datagram, from),
      claim: (receiver) => this.#paths.claim(key, path, receiver),
      release: (receiver) => void this.#paths.release(key, receiver),
    };
    return path;
  }
}
