/**
 * /metrics on a port of this machine alone (VIGIE_METRICS_PORT), for a Prometheus beside the server: it needs no key, since every
 * user of the machine may read the figures.
 *
 * Invariants: it listens on 127.0.0.1 only; a request that names another host is refused, so that a web page whose name was
 * changed to point here (DNS rebinding) reads nothing; it accepts few connections, and none for long.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import { listen } from '../net/listen.ts';
import { METRICS_PATH } from './metrics-routes.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsPortOptions {
  /** 0 takes any free port. */
  port: number;
  metrics: Pick<Metrics<unknown>, 'text' | 'contentType'>;
  log: Log;
}

const LOOPBACK = '127.0.0.1';
/** With any port, because the port may be forwarded. */
const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;
const MAX_CONNECTIONS = 16;
const TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 8 * 1024;

export class MetricsPort {
  readonly port: number;
  readonly #server: Server;

  /** @throws VigieError `configuration` when the port is taken */
  static async open({ port, metrics, log }: MetricsPortOptions): Promise<MetricsPort> {
    const server = createServer(
      {
        headersTimeout: TIMEOUT_MS,
        requestTimeout: TIMEOUT_MS,
        connectionsCheckingInterval: TIMEOUT_MS / 5,
        maxHeaderSize: MAX_HEADER_BYTES,
        requireHostHeader: false,
      },
      (request, response) => void answer(request, response, metrics, log),
    );
    server.maxConnections = MAX_CONNECTIONS;
    server.setTimeout(TIMEOUT_MS);
    const opened = await listen(server, {
      protocol: 'TCP',
      port,
      host: LOOPBACK,
      purpose: 'metrics',
      setting: 'VIGIE_METRICS_PORT',
    });
    server.on('error', (error) => log.error({ err: error }, 'metrics port failed'));
    log.info({ url: `http://${LOOPBACK}:${opened}${METRICS_PATH}` }, 'metrics served to this machine');
    return new MetricsPort(server, opened);
  }

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Idempotent. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  metrics: MetricsPortOptions['metrics'],
  log: Log,
): Promise<void> {
  const { method = '', url = '', headers } = request;
  response.setHeader('Cache-Control', 'no-store');
  if (!LOOPBACK_HOST.test(headers.host ?? ''))
    return refuse(response, 403, 'metrics are for this machine only: use localhost or 127.0.0.1');
  if (url.split('?')[0] !== METRICS_PATH) return refuse(response, 404, `only ${METRICS_PATH} is here`);
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return refuse(response, 405, 'metrics can only be read');
  }
  try {
    const text = await metrics.text();
    response.setHeader('Content-Type', metrics.contentType);
    response.end(method === 'HEAD' ? undefined : text);
  } catch (error) {
    log.error({ err: error }, 'failed to read the metrics');
    refuse(response, 500, 'this is an internal error of the server; see its log');
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
