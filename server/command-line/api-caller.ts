/**
 * Calls the API of a running server with a key and the types of its routes.
 *
 * Invariant: a failure becomes a CommandError whose message is the server's own detail.
 */

import type { ApiAnswer, ApiRequest, ApiRouteName, JsonRouteName } from '../wire/api-routes.ts';
import { fillAnyPath } from '../wire/paths.ts';
import { SIGNALING_PATH, SIGNALING_SUBPROTOCOL } from '../wire/signaling.ts';
import { CommandError, type Failure } from './command-error.ts';
import type { CommandTarget } from './connection.ts';

const FAILURES: Readonly<Record<number, Failure>> = { 401: 'notAllowed', 403: 'notAllowed', 404: 'notFound' };

interface Parts {
  params?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
}

export class ApiCaller {
  readonly url: string;
  readonly #key: string;
  readonly #gone: AbortSignal;

  /** @param gone aborted when the command is interrupted */
  constructor({ url, key }: CommandTarget, gone: AbortSignal) {
    this.url = url;
    this.#key = key;
    this.#gone = gone;
  }

  async call<N extends JsonRouteName>(name: N, request: ApiRequest<N>): Promise<ApiAnswer<N>> {
    const response = await this.fetch(name, request as object);
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as ApiAnswer<N>;
  }

  /** Presents the key as soon as it is open. */
  openSignaling(): WebSocket {
    const socket = new WebSocket(this.url.replace(/^http/i, 'ws') + SIGNALING_PATH, SIGNALING_SUBPROTOCOL);
    const authenticate = JSON.stringify({ type: 'authenticate', token: this.#key });
    socket.addEventListener('open', () => socket.send(authenticate));
    return socket;
  }

  /** @param headers in addition @param until ends the answer too @throws CommandError */
  async fetch(
    name: ApiRouteName,
    request: object,
    headers: Record<string, string> = {},
    until?: AbortSignal,
  ): Promise<Response> {
    const { params = {}, query = {}, body } = request as Parts;
    const [method = '', path = ''] = name.split(' ');
    const url = new URL(this.url + fillAnyPath(path, params));
    for (const [field, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(field, String(value));
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        signal: until ? AbortSignal.any([this.#gone, until]) : this.#gone,
        headers: {
          authorization: `Bearer ${this.#key}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const { cause } = error as { cause?: { code?: string; message?: string } };
      const reason = cause?.code ?? cause?.message ?? (error as Error).message;
      throw new CommandError('unreachable', `${this.url} cannot be reached: ${reason}`, { cause: error });
    }
    if (response.ok) return response;
    throw new CommandError(FAILURES[response.status] ?? 'failed', await detailOf(response));
  }
}

async function detailOf(response: Response): Promise<string> {
  try {
    const { detail } = (await response.json()) as { detail?: string };
    if (detail !== undefined) return detail;
  } catch {
    // It was not Vigie that answered.
  }
  return `the server answered ${response.status} ${response.statusText}`;
}
