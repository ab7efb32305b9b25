/**
 * The port of gRPC: its connections are bounded and use TLS like those of the web port; their data go to the gRPC server.
 *
 * Invariants: a new connection replaces one without a call under way, so idle ones block no client; a connection that has not
 * finished its TLS handshake in time ends, and so does one whose calls are refused one after the other; a network whose calls are
 * refused very often is not let in for some seconds.
 */

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { networkOf } from '../core/address/network.ts';
import { serverClock } from '../core/clock.ts';
import { RecentlyUsed } from '../core/recently-used.ts';
import type { CertificatePair } from '../core/certificate-pair.ts';
import { secureContextOf } from '../http/tls-policy.ts';
import type { IsTrustedProxy } from '../http/trusted-proxies.ts';
import type { Log } from '../log.ts';
import { descriptorLimit } from '../net/descriptor-limit.ts';
import { listen } from '../net/listen.ts';
import { RequestRates } from '../net/request-rates.ts';
import { TcpConnections } from '../net/tcp-connections.ts';
import type { CallPeer } from './call-admission.ts';

export interface GrpcListenerOptions {
  /** Undefined: none. */
  certificate: CertificatePair | undefined;
  isTrustedProxy: IsTrustedProxy;
  /** A connection, decrypted. */
  onConnection: (connection: Socket) => void;
  log: Log;
  maxConnections?: number;
  maxPerNetwork?: number;
}

const MAX_CONNECTIONS = 1024;
const MAX_PER_NETWORK = 256;
const SHARE_OF_DESCRIPTORS = 0.2;
const TLS_HANDSHAKE_TIMEOUT_MS = 10_000;
/** The headers of a refused call stay in memory until its client ends it, or its connection closes. */
export const MAX_REFUSED_IN_A_ROW = 16;
/** Refused calls of one network. A program with an old key that retries at the pace of gRPC's libraries stays far below. */
export const REFUSALS = { perSecond: 20, burst: 200 };
/** Time for which a network above the limit is refused; its running calls continue. */
const SHUT_OUT_US = 5_000_000;
const MAX_SHUT_OUT = 10_000;

export class GrpcListener {
  readonly #server: Server | TlsServer;
  readonly #connections: TcpConnections;
  readonly #isTrustedProxy: IsTrustedProxy;
  /** Calls under way on each connection. */
  readonly #calls = new WeakMap<Socket, number>();
  /** Calls refused on each connection since the last that was not. */
  readonly #refused = new WeakMap<Socket, number>();
  readonly #refusals = new RequestRates(REFUSALS);
  /** Networks, and until when, server time in µs. */
  readonly #shutOut = new RecentlyUsed<string, number>(MAX_SHUT_OUT);
  #shutOutCount = 0;

  constructor(options: GrpcListenerOptions) {
    const { certificate, isTrustedProxy, onConnection, log } = options;
    this.#isTrustedProxy = isTrustedProxy;
    const total =
      options.maxConnections ??
      Math.min(MAX_CONNECTIONS, Math.floor(descriptorLimit() * SHARE_OF_DESCRIPTORS));
    const perNetwork = options.maxPerNetwork ?? Math.min(MAX_PER_NETWORK, Math.ceil(total / 2));
    this.#connections = new TcpConnections({ total, perNetwork, isTrustedProxy });
    const accept = (socket: Socket): void => {
      // HTTP/2 ends its session; nothing else is needed.
      socket.on('error', () => undefined);
      socket.setNoDelay(true);
      onConnection(socket);
    };
    this.#server = certificate
      ? createTlsServer(
          {
            ...secureContextOf(certificate),
            ALPNProtocols: ['h2'],
            handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS,
          },
          accept,
        )
      : createServer((socket) => {
          if (this.#admit(socket)) accept(socket);
        });
    if (certificate)
      this.#server.on('connection', (socket: Socket) => {
        socket.on('error', () => undefined);
        this.#admit(socket);
      });
    this.#server.on('error', (err) => log.error({ err }, 'gRPC listener failed'));
  }

  get counters(): TcpConnections['counters'] {
    const { refused, ...rest } = this.#connections.counters;
    return { ...rest, refused: refused + this.#shutOutCount };
  }

  /** @returns the port @throws VigieError `configuration` when it is not available */
  async listen(port: number, host: string | undefined): Promise<number> {
    await listen(this.#server, {
      protocol: 'TCP',
      port,
      host,
      purpose: 'gRPC',
      setting: 'VIGIE_GRPC_PORT',
      hostSetting: 'VIGIE_HTTP_HOST',
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** New connections get the new certificate; existing ones keep theirs. */
  setCertificate(pair: CertificatePair): void {
    if ('setSecureContext' in this.#server) this.#server.setSecureContext(secureContextOf(pair));
  }

  /** A call by a key begins: its connection is not replaced meanwhile. @returns call it when the call ends; idempotent */
  onCall(peer: CallPeer): () => void {
    const socket = this.#connections.below(peer);
    if (!socket) return () => undefined;
    const change = (by: number): void => {
      const calls = (this.#calls.get(socket) ?? 0) + by;
      this.#calls.set(socket, calls);
      this.#connections.use(socket, () => (calls > 0 ? 'no' : 'yes'));
    };
    change(1);
    this.#refused.delete(socket);
    let isOpen = true;
    return () => {
      if (isOpen) change(-1);
      isOpen = false;
    };
  }

  /**
   * A call was refused. A connection with only refused calls is closed, unless it is from a trusted proxy, which carries many
   * clients.
   */
  onRefused(peer: CallPeer): void {
    const socket = this.#connections.below(peer);
    if (!socket || this.#isTrustedProxy(peer.remoteAddress)) return;
    const network = networkOf(peer.remoteAddress);
    const nowUs = serverClock();
    const isTooMany = !this.#refusals.admit(network, nowUs);
    if (isTooMany) this.#shutOut.set(network, nowUs + SHUT_OUT_US);
    if ((this.#calls.get(socket) ?? 0) > 0) return;
    const refused = (this.#refused.get(socket) ?? 0) + 1;
    this.#refused.set(socket, refused);
    if (isTooMany || refused >= MAX_REFUSED_IN_A_ROW) socket.destroySoon();
  }

  /** @returns false when it was destroyed */
  #admit(socket: Socket): boolean {
    const untilUs = this.#shutOut.get(networkOf(socket.remoteAddress ?? ''));
    if (untilUs === undefined || untilUs <= serverClock()) return this.#connections.admit(socket);
    this.#shutOutCount++;
    socket.on('error', () => undefined);
    socket.destroy();
    return false;
  }

  /** No new connections. Idempotent. */
  stopListening(): void {
    this.#server.close();
  }

  /** Idempotent. */
  close(): void {
    this.stopListening();
    this.#connections.destroyAll();
  }
}
