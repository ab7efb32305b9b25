/**
 * The one TCP port: the express app for requests, and WebSockets by path. main passes it the app and, for each path,
 * the handler of its upgrades (`/camera`, `/signaling`).
 *
 * Invariants: a client that sends slowly, or nothing, is disconnected within seconds; a socket belongs either to this
 * server or, from its upgrade on, to the handler.
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
import type { CertificatePair } from '../core/certificate-pair.ts';
import type { Log } from '../log.ts';
import type { HealthProblem } from '../wire/health.ts';
import { descriptorLimit } from '../net/descriptor-limit.ts';
import { listen } from '../net/listen.ts';
import { refuseUpgrade } from '../net/refuse-upgrade.ts';
import { TcpConnections } from '../net/tcp-connections.ts';
import { stripBasePath } from './base-path.ts';
import type { UploadLimits } from './body-timeout.ts';
import { clientConnections } from './client-connection.ts';
import { answerPlainHttp } from './plain-http.ts';
import { RequestGate, type RequestCounters, type RequestLimits } from './request-gate.ts';
import { carries } from './cut-off.ts';
import { secureContextOf } from './tls-policy.ts';
import type { IsTrustedProxy } from './trusted-proxies.ts';

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface HttpServerOptions {
  /** Answers requests; `serve` can set it later. */
  app?: RequestListener;
  /** By path, without a query; like `app`. */
  upgrades?: Readonly<Record<string, UpgradeHandler>>;
  log: Log;
  timeouts?: HttpTimeouts;
  /** Undefined: plain http. */
  tls?: HttpTls;
  /** Connections from a trusted proxy carry many clients. */
  isTrustedProxy?: IsTrustedProxy;
  maxConnections?: number;
  maxPerNetwork?: number;
  requestLimits?: Partial<RequestLimits>;
  /** See base-path.ts. */
  basePath?: string;
}

export interface HttpTls {
  pair: CertificatePair;
  /** Upgrades that are also accepted by ws:, by path: returns the refusal, or undefined to accept. */
  plainUpgrades: Readonly<Record<string, (request: IncomingMessage) => string | undefined>>;
  /** Answers the few files that are served without TLS; false for an unknown path. */
  plainFiles: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface HttpTimeouts {
  /** From connecting, or the end of the previous request, to the end of the headers. */
  headersMs: number;
  /** From there to the end of the body. The time of an answer is not limited. */
  bodyMs: number;
  /** Limits of a body that is a file. */
  upload?: UploadLimits;
  /** Timeout of an answer that is not read, or of a request that does not continue. */
  idleMs: number;
  /** How often connections are checked for slow headers. */
  checkIntervalMs: number;
}

const DEFAULT_TIMEOUTS: HttpTimeouts = {
  headersMs: 10_000,
  bodyMs: 20_000,
  idleMs: 120_000,
  checkIntervalMs: 2_000,
};
const KEEP_ALIVE_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** Cameras, viewers and all other clients. */
const MAX_CONNECTIONS = 4096;
/** Files, viewers by TCP and the codec processes need descriptors too. */
const SHARE_OF_DESCRIPTORS = 0.5;
/** Enough for many cameras and people behind one address, without letting one network take all connections. */
const MAX_PER_NETWORK = 512;
const MAX_SHARE_PER_NETWORK = 0.5;
/** Connections that were ended but are not closed yet. */
const CLOSING_CONNECTIONS = 64;

export class HttpServer {
  readonly #server: Server | HttpsServer;
  readonly #log: Log;
  readonly #gate: RequestGate;
  readonly #upgraded = new Set<Duplex>();
  /** Under TLS these include connections during the handshake or without TLS, which Node does not list. */
  readonly #connections: TcpConnections;
  readonly #basePath: string;
  /** Serves connections that do not arrive at the port; it never listens. */
  readonly #portless: Server;
  #app: RequestListener = (_request, response) => response.writeHead(503).end();
  #upgrades: ReadonlyMap<string, UpgradeHandler> = new Map();
  #stopped = false;
  #closing: Promise<void> | undefined;

  constructor(options: HttpServerOptions) {
    const { app, upgrades = {}, log, timeouts = DEFAULT_TIMEOUTS, tls, ...limits } = options;
    this.#log = log.child({ component: 'api' });
    this.#basePath = options.basePath ?? '';
    const { isTrustedProxy = () => false, requestLimits = {} } = limits;
    const total =
      limits.maxConnections ??
      Math.min(MAX_CONNECTIONS, Math.floor(descriptorLimit() * SHARE_OF_DESCRIPTORS));
    const perNetwork =
      limits.maxPerNetwork ?? Math.min(MAX_PER_NETWORK, Math.floor(total * MAX_SHARE_PER_NETWORK));
    this.#connections = new TcpConnections({ total, perNetwork, isTrustedProxy });
    this.#gate = new RequestGate({
      // Requests are counted by address, including gateways'.
      connectionOf: clientConnections(isTrustedProxy, () => false),
      onRequest: ({ socket }, use) => this.#connections.use(socket, use),
      limits: requestLimits,
      body: timeouts,
      basePath: this.#basePath,
    });
    const serverOptions: ServerOptions = {
      headersTimeout: timeouts.headersMs,
      // The gate times bodies: some are large files.
      requestTimeout: 0,
      connectionsCheckingInterval: timeouts.checkIntervalMs,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // The gate checks it.
      requireHostHeader: false,
      // Other upgrades, such as a client's offer of HTTP/2, are ignored, and the request is answered as usual.
      shouldUpgradeCallback: isUpgrade,
    };
    this.#server = tls
      ? this.#tlsServer(serverOptions, tls, timeouts.headersMs)
      : createServer(serverOptions);
    this.#portless = createServer(serverOptions);
    for (const server of [this.#server, this.#portless]) {
      this.#gate.guard(server, (request, response) => this.#app(request, response));
      server.setTimeout(timeouts.idleMs);
      server.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head));
    }
    if (app) this.serve(app, upgrades);
    this.#server.maxConnections = total + CLOSING_CONNECTIONS;
    this.#server.on('connection', (socket: Socket) => this.#connections.admit(socket));
  }

  /** Call it before `listen`. @param upgrades by path, without a query */
  serve(app: RequestListener, upgrades: Readonly<Record<string, UpgradeHandler>>): void {
    this.#app = app;
    this.#upgrades = new Map(Object.entries(upgrades));
  }

  /** The port it listens on; 0 before `listen`. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  get counters(): { connections: TcpConnections['counters']; requests: RequestCounters } {
    return { connections: this.#connections.counters, requests: this.#gate.counters };
  }

  /** The answer of /api/health from now on. */
  setHealth(problems: readonly HealthProblem[]): void {
    this.#gate.setHealth(problems);
  }

  /** New connections get the new certificate; existing ones keep theirs. */
  setCertificate(pair: CertificatePair): void {
    if ('setSecureContext' in this.#server) this.#server.setSecureContext(secureContextOf(pair));
  }

  /**
   * @param port 0 takes any free port
   * @param host undefined: all addresses
   * @returns the port it listens on
   * @throws VigieError `configuration` when the port is taken or the address is not this machine's
   */
  async listen(port: number, host: string | undefined): Promise<number> {
    await listen(this.#server, {
      protocol: 'TCP',
      port,
      host,
      purpose: 'the web app and cameras',
      setting: 'VIGIE_HTTP_PORT',
      hostSetting: 'VIGIE_HTTP_HOST',
    });
    this.#server.on('error', (error) => this.#log.error({ err: error }, 'http server failed'));
    return this.port;
  }

  /** A connection that was opened elsewhere: its opener closes it and times its headers. */
  accept(socket: Duplex): void {
    this.#portless.emit('connection', socket);
  }

  /** Accepts no new connections and WebSockets, so that their owners can close the existing ones. Idempotent. */
  stopListening(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#server.close();
  }

  /** Idempotent. Closes all connections; the owners of upgraded sockets should have closed them before. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.stopListening();
      if (this.#server.listening) this.#server.once('close', resolve);
      else resolve();
      this.#server.closeAllConnections();
      for (const socket of this.#upgraded) socket.destroy();
      this.#connections.destroyAll();
    });
    return this.#closing;
  }

  #tlsServer(options: ServerOptions, tls: HttpTls, handshakeTimeout: number): HttpsServer {
    const server = createHttpsServer({ ...options, ...secureContextOf(tls.pair), handshakeTimeout });
    server.on('secureConnection', (secure: Socket) => {
      const below = this.#connections.below(secure);
      if (below) carries(below, secure);
    });
    const plainUpgrades = new Map(Object.entries(tls.plainUpgrades));
    const refusalOf = (request: IncomingMessage): string | undefined =>
      (plainUpgrades.get(pathOf(request)) ?? (() => 'connect by wss:'))(request);
    answerPlainHttp(server, {
      gate: this.#gate,
      files: tls.plainFiles,
      upgrade: (request, socket, head) => {
        stripBasePath(request, this.#basePath);
        this.#onUpgrade(request, socket, head, refusalOf(request));
      },
      basePath: this.#basePath,
      deadlineMs: handshakeTimeout,
      maxHeaderBytes: MAX_HEADER_BYTES,
    });
    return server;
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, refusal?: string): void {
    // Node removes its own listeners; without this one, a reset before the hand-over would crash the process.
    const onError = (error: Error): void => this.#log.debug({ err: error }, 'upgrade socket failed');
    socket.on('error', onError);
    stripBasePath(request, this.#basePath);
    const path = pathOf(request);
    const handler = this.#upgrades.get(path);
    if (!handler) return refuseUpgrade(socket, 404);
    if (refusal !== undefined) return refuseUpgrade(socket, 403, refusal);
    if (this.#stopped) return refuseUpgrade(socket, 503, 'the server is stopping');
    this.#upgraded.add(socket);
    this.#connections.use(request.socket, () => 'no');
    socket.once('close', () => this.#upgraded.delete(socket));
    try {
      handler(request, socket, head);
    } catch (error) {
      this.#log.error({ err: error, path }, 'failed to handle an upgrade');
      socket.destroy();
    }
  }
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?')[0] ?? '';
}

/**
 * An upgrade has no content (RFC 6455 section 4.1): with a body, the socket would be handed over in the middle of it.
 */
function isUpgrade({ headers }: IncomingMessage): boolean {
  const hasContent = (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined;
  return headers.upgrade?.toLowerCase() === 'websocket' && !hasContent;
}
