/**
 * The one TCP port: the express app for requests, and WebSockets by path. main passes it the app and, for each path, what
 * takes the upgrade over (`/camera`, `/signaling`).
 *
 * Invariants: a stranger who sends slowly, or nothing, is gone within seconds; a socket belongs either to this server or,
 * from the moment of its upgrade, to whom it was handed.
 */

import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ConnectionLimits } from '../cameras/connection-limits.ts';
import { networkOf } from '../core/address/network.ts';
import type { CertificatePair } from '../core/certificate-pair.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { answerPlainHttp } from './plain-http.ts';
import { portOwner } from './port-owner.ts';
import { secureContextOf } from './tls-policy.ts';
import type { IsTrustedProxy } from './trusted-proxies.ts';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface HttpServerOptions {
  app: RequestListener;
  /** By path, without a query. */
  upgrades: Readonly<Record<string, UpgradeHandler>>;
  log: Log;
  timeouts?: HttpTimeouts;
  /** Without it, plain http. */
  tls?: HttpTls;
  /** Many clients come from one of these. */
  isTrustedProxy?: IsTrustedProxy;
  maxPerAddress?: number;
}

export interface HttpTls {
  pair: CertificatePair;
  /** Of the upgrades, what is let in by ws: too, by path; all else in the clear is sent on to https. */
  plainUpgrades: Readonly<Record<string, UpgradeHandler>>;
  /** Answers the few files that may be had in the clear; false when it does not know the path. */
  plainFiles: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface HttpTimeouts {
  /** From connecting, or the end of the request before, to the end of the headers. */
  headersMs: number;
  /** To the end of the body. How long an answer takes is not limited. */
  requestMs: number;
  /** Of an answer that nobody reads, or a request that does not go on. */
  idleMs: number;
  /** How often connections are looked over for the two above. */
  checkIntervalMs: number;
}

const DEFAULT_TIMEOUTS: HttpTimeouts = {
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 120_000,
  checkIntervalMs: 2_000,
};
const KEEP_ALIVE_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_CONNECTIONS = 4096;
/** A house full of cameras and people behind one address, and still no one address takes all there are. */
const MAX_PER_ADDRESS = 512;

export class HttpServer {
  readonly #server: Server | HttpsServer;
  readonly #log: Log;
  readonly #upgraded = new Set<Duplex>();
  /** Under TLS also those still shaking hands, or in the clear, of which Node keeps no list. */
  readonly #connections = new Set<Socket>();
  #closing: Promise<void> | undefined;

  constructor({ app, upgrades, log, timeouts = DEFAULT_TIMEOUTS, tls, ...limits }: HttpServerOptions) {
    this.#log = log.child({ room: 'api' });
    const options: ServerOptions = {
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      connectionsCheckingInterval: timeouts.checkIntervalMs,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Other upgrades, like a client's offer of HTTP/2, are passed over, and the request answered as it is.
      shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
    };
    this.#server = tls ? this.#tlsServer(options, tls, timeouts.headersMs) : createServer(options);
    this.#server.on('request', app);
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.setTimeout(timeouts.idleMs);
    this.#countConnections(limits);
    const byPath = new Map(Object.entries(upgrades));
    this.#server.on('upgrade', (request, socket, head) => this.#onUpgrade(byPath, request, socket, head));
  }

  /** Those that were taken in, whatever became of them. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** New connections get the new certificate; those that are there stay as they are. */
  setCertificate(pair: CertificatePair): void {
    if ('setSecureContext' in this.#server) this.#server.setSecureContext(secureContextOf(pair));
  }

  /**
   * @param port 0 takes any free one
   * @param host undefined: all addresses
   * @returns the port it listens on
   * @throws VigieError `configuration` when the port is taken or the address is not this machine's
   */
  async listen(port: number, host: string | undefined): Promise<number> {
    const listening = Promise.withResolvers<void>();
    this.#server.once('error', listening.reject);
    this.#server.listen({ port, host }, listening.resolve);
    try {
      await listening.promise;
    } catch (error) {
      throw listenError(error as NodeJS.ErrnoException, port, host);
    }
    this.#server.off('error', listening.reject);
    this.#server.on('error', (error) => this.#log.error({ err: error }, 'the http server failed'));
    return (this.#server.address() as AddressInfo).port;
  }

  /** Idempotent. Ends all connections; those handed over should have been closed by their owners before. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
      for (const socket of [...this.#upgraded, ...this.#connections]) socket.destroy();
    });
    return this.#closing;
  }

  #countConnections({ isTrustedProxy, maxPerAddress = MAX_PER_ADDRESS }: Partial<HttpServerOptions>): void {
    const limits = new ConnectionLimits({ total: MAX_CONNECTIONS, perAddress: maxPerAddress });
    this.#server.on('connection', (socket: Socket) => {
      const { remoteAddress } = socket;
      const leave = isTrustedProxy?.(remoteAddress)
        ? (): void => undefined
        : limits.enter(networkOf(remoteAddress ?? ''));
      if (!leave) {
        socket.destroy();
        return;
      }
      this.#connections.add(socket);
      socket.once('close', () => {
        this.#connections.delete(socket);
        leave();
      });
    });
  }

  #tlsServer(options: ServerOptions, tls: HttpTls, handshakeTimeout: number): HttpsServer {
    const server = createHttpsServer({ ...options, ...secureContextOf(tls.pair), handshakeTimeout });
    const plainUpgrades = new Map(Object.entries(tls.plainUpgrades));
    answerPlainHttp(server, {
      files: tls.plainFiles,
      upgrade: (request, socket, head) => this.#onUpgrade(plainUpgrades, request, socket, head),
      deadlineMs: handshakeTimeout,
      maxHeaderBytes: MAX_HEADER_BYTES,
    });
    return server;
  }

  #onUpgrade(
    upgrades: ReadonlyMap<string, UpgradeHandler>,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): void {
    // Node takes its own listeners off; without this one, a reset before the hand-over would end the process.
    const onError = (error: Error): void => this.#log.debug({ err: error }, 'an upgrading socket failed');
    socket.on('error', onError);
    const path = request.url?.split('?')[0] ?? '';
    const handler = upgrades.get(path);
    if (!handler || this.#closing) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () =>
        socket.destroy(),
      );
      return;
    }
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
    try {
      handler(request, socket, head);
    } catch (error) {
      this.#log.error({ err: error, path }, 'an upgrade failed');
      socket.destroy();
    }
  }
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string | undefined): VigieError {
  const where = host === undefined ? `port ${port}` : `${host}, port ${port}`;
  const detail = {
    EADDRINUSE: `port ${port} is taken by ${portOwner(port) ?? 'another program'}: stop it, or set VIGIE_HTTP_PORT to another one`,
    EACCES: `this user may not listen on ${where}: set VIGIE_HTTP_PORT to one above 1023`,
  }[error.code ?? ''];
  return new VigieError(
    'configuration',
    detail ??
      `cannot listen on ${where} (${error.code ?? error.message}): check VIGIE_HTTP_HOST and VIGIE_HTTP_PORT`,
    { cause: error },
  );
}
