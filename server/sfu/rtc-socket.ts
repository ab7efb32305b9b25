/**
 * The one UDP socket for all viewers.
 *
 * Datagrams find their viewer in two steps: a STUN binding request by the username fragment in it, everything else by
 * the address it comes from, which only a request with valid integrity can have entered (ice-lite-agent.ts). What
 * belongs to nobody is counted and dropped.
 */

import { createSocket, type Socket } from 'node:dgram';
import { isIPv4 } from 'node:net';
import { isStun, localUsernameFragment } from '../core/stun-check.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';

/** As the socket gives it: IPv4 addresses are mapped (`::ffff:192.0.2.1`) on a dual-stack socket. */
export interface RemoteAddress {
  readonly address: string;
  readonly port: number;
}

export interface DatagramReceiver {
  /** A well-formed check for one of the receiver's users; its integrity is not verified yet. */
  onBindingRequest(datagram: Buffer, from: RemoteAddress): void;
  onDatagram(datagram: Buffer, from: RemoteAddress): void;
}

/** A keyframe for a dozen viewers leaves in one burst; the kernel must have room for it. */
const SOCKET_BUFFER_BYTES = 2 * 1024 * 1024;

export class RtcSocket {
  readonly counters = { received: 0, sent: 0, unknownUser: 0, unknownAddress: 0, sendErrors: 0, failed: 0 };
  readonly #socket: Socket;
  readonly #byUsernameFragment = new Map<string, DatagramReceiver>();
  readonly #byAddress = new Map<string, DatagramReceiver>();

  /**
   * @param port 0 lets the system choose
   * @throws VigieError `configuration` when the port is taken
   */
  static async open(port: number, log: Log): Promise<RtcSocket> {
    for (const type of ['udp6', 'udp4'] as const) {
      // The destination is always a literal address: answering the look-up at once saves a tick per packet.
      const socket = createSocket({
        type,
        lookup: (host, _options, done) => done(null, host, type === 'udp6' ? 6 : 4),
      });
      try {
        await new Promise<void>((resolve, reject) => {
          socket.once('error', reject);
          socket.bind(port, () => {
            socket.off('error', reject);
            resolve();
          });
        });
        return new RtcSocket(socket, log);
      } catch (error) {
        socket.close();
        const { code } = error as NodeJS.ErrnoException;
        if (type === 'udp6' && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL' || code === 'EINVAL'))
          continue;
        throw new VigieError(
          'configuration',
          `UDP port ${port} for viewers cannot be opened (${code}): stop what uses it or set VIGIE_RTC_PORT`,
          { cause: error },
        );
      }
    }
    throw new VigieError('configuration', 'this machine offers neither IPv6 nor IPv4 for UDP');
  }

  private constructor(socket: Socket, log: Log) {
    this.#socket = socket;
    socket.setRecvBufferSize(SOCKET_BUFFER_BYTES);
    socket.setSendBufferSize(SOCKET_BUFFER_BYTES);
    socket.on('message', (datagram, from) => {
      try {
        this.#receive(datagram, from);
      } catch (error) {
        // One datagram must never end the server, whatever it holds.
        if (this.counters.failed++ === 0) log.error({ err: error }, 'a datagram could not be handled');
      }
    });
    socket.on('error', (error) => log.error({ err: error }, 'UDP socket failed'));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  addUser(usernameFragment: string, receiver: DatagramReceiver): void {
    this.#byUsernameFragment.set(usernameFragment, receiver);
  }

  removeUser(usernameFragment: string): void {
    this.#byUsernameFragment.delete(usernameFragment);
  }

  /** From now on datagrams from this address are the receiver's, whoever's they were before. */
  addAddress(from: RemoteAddress, receiver: DatagramReceiver): void {
    this.#byAddress.set(addressKey(from), receiver);
  }

  /** Does nothing when the address has become someone else's meanwhile. */
  removeAddress(from: RemoteAddress, receiver: DatagramReceiver): void {
    const key = addressKey(from);
    if (this.#byAddress.get(key) === receiver) this.#byAddress.delete(key);
  }

  /** The datagram must not be written to afterwards: the system reads it later. */
  send(datagram: Buffer, to: RemoteAddress): void {
    this.counters.sent++;
    this.#socket.send(datagram, to.port, to.address, (error) => {
      if (error) this.counters.sendErrors++;
    });
  }

  async close(): Promise<void> {
    this.#byUsernameFragment.clear();
    this.#byAddress.clear();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #receive(datagram: Buffer, from: RemoteAddress): void {
    this.counters.received++;
    if (isStun(datagram)) {
      const user = this.#byUsernameFragment.get(localUsernameFragment(datagram) ?? '');
      if (user) user.onBindingRequest(datagram, from);
      else this.counters.unknownUser++;
      return;
    }
    const receiver = this.#byAddress.get(addressKey(from));
    if (receiver) receiver.onDatagram(datagram, from);
    else this.counters.unknownAddress++;
  }
}

export function addressKey({ address, port }: RemoteAddress): string {
  return `${address} ${port}`;
}

/** The address as a peer knows it: an IPv4 address without the dual-stack socket's prefix. */
export function plainAddress(address: string): string {
  const mapped = address.startsWith('::ffff:') ? address.slice(7) : address;
  return isIPv4(mapped) ? mapped : address;
}
