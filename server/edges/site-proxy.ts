/**
 * Passes a request at an edge on to its site, and the site's answer back, as they arrive.
 *
 * Invariants: neither body nor answer is buffered as a whole, whatever their length; when one side closes, the other side is
 * closed too; headers that name the client are not passed on: the site learns the client from the tunnel, which no client can
 * forge.
 */

import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import { VigieError } from '../errors.ts';
import { prolongBody } from '../http/body-timeout.ts';
import type { EdgeTunnels, TunnelClient } from './edge-tunnels.ts';
import type { TunnelStream } from './tunnel-stream.ts';

/** RFC 9110 section 7.6.1, and what proxies add. */
const NOT_PASSED_ON = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // The edge answers it itself, before it opens the tunnel.
  'expect',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
]);

/** As given by a proxy in front of the edge; the browser's `Origin` is compared with the host. */
export type ProxyClient = TunnelClient & { host: string };

export type OnProxyFailure = (error: VigieError) => void;

export class SiteProxy {
  readonly #tunnels: Pick<EdgeTunnels, 'open'>;

  constructor(tunnels: Pick<EdgeTunnels, 'open'>) {
    this.#tunnels = tunnels;
  }

  /** @param onFailure called instead of an answer, if none has begun */
  async pass(
    site: string,
    { host, ...client }: ProxyClient,
    [request, response]: readonly [IncomingMessage, ServerResponse],
    onFailure: OnProxyFailure,
  ): Promise<void> {
    // The site limits the time of the body: it knows whether its sender may send a file, and ends the stream otherwise.
    prolongBody(request);
    let stream: TunnelStream;
    try {
      stream = await this.#tunnels.open(site, client);
    } catch (error) {
      const isKnown = error instanceof VigieError;
      return onFailure(
        isKnown ? error : new VigieError('unavailable', 'the site cannot be reached', { cause: error }),
      );
    }
    if (response.destroyed) return void stream.destroy();
    response.once('close', () => stream.destroy());
    this.#exchange({ site, host, stream }, [request, response], onFailure);
  }

  #exchange(
    { site, host, stream }: { site: string; host: string; stream: TunnelStream },
    [request, response]: readonly [IncomingMessage, ServerResponse],
    onFailure: OnProxyFailure,
  ): void {
    const passed = httpRequest({
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: {
        ...passedOn(request.headers),
        ...(host !== '' && { host }),
        // Framed anew, since Node frames no body of a GET or DELETE by itself.
        ...(request.headers['transfer-encoding'] !== undefined && { 'transfer-encoding': 'chunked' }),
      },
      setHost: false,
      createConnection: () => stream,
    });
    passed.once('response', (answer) => {
      // The edge has answered itself: the body arrived too slowly, or there were too many requests.
      if (response.headersSent) {
        stream.destroy();
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedOn(answer.headers));
      pipeline(answer, response, (error) => {
        if (error) response.destroy();
      });
    });
    passed.once('error', (error) => {
      stream.destroy();
      if (response.headersSent || response.destroyed) response.destroy();
      else
        onFailure(
          new VigieError('unavailable', `the site ${site} ended the response early; try again`, {
            cause: error,
            retryAfterSeconds: 2,
          }),
        );
    });
    // Not `pipeline`: it would close the connection that must carry the error. A client that leaves closes the response.
    request.pipe(passed);
  }
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  // Headers that `Connection` names are for the next hop only; without its length a body would become a request.
  const named = new Set(headers.connection?.split(',').map((name) => name.trim().toLowerCase()));
  named.delete('content-length');
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.has(name) && !named.has(name)),
  );
}
