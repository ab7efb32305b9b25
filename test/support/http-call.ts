/** HTTP requests from a chosen address of this machine, directly or as a trusted proxy forwards them. */

import { Agent, request } from 'node:http';

/** The server of the rig trusts this proxy address only. */
export const PROXY_ADDRESS = '127.0.0.9';
const TIMEOUT_MS = 15_000;

export interface Call {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent unchanged, with the content type of JSON. */
  text?: string;
  /** Source address of the connection; default 127.0.0.1. */
  from?: string;
  /** The client that the trusted proxy reports; the connection then comes from the proxy. */
  client?: string;
  agent?: Agent;
}

export interface Answer {
  /** 0: no answer. */
  status: number;
  body: string;
  cookies: string[];
  retryAfterSeconds: number;
}

/** Never throws: no answer is a result too. */
export function call(port: number, options: Call): Promise<Answer> {
  const { method = 'GET', path, body, from = '127.0.0.1', client, agent } = options;
  const text = options.text ?? (body === undefined ? undefined : JSON.stringify(body));
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const none: Answer = { status: 0, body: '', cookies: [], retryAfterSeconds: 0 };
  const sent = request(
    {
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: agent ?? false,
      localAddress: client === undefined ? from : PROXY_ADDRESS,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(text !== undefined && {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(text),
        }),
        ...(client !== undefined && { 'X-Forwarded-For': client }),
        ...options.headers,
      },
    },
    (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', () => resolve(none));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(pieces).toString(),
          cookies: response.headers['set-cookie'] ?? [],
          retryAfterSeconds: Number(response.headers['retry-after'] ?? 0),
        }),
      );
    },
  );
  sent.on('error', () => resolve(none));
  sent.end(text);
  return promise;
}

export function keepAliveAgent(): Agent {
  return new Agent({ keepAlive: true });
}
