/**
 * The HTTP API as typed calls: `call('DELETE /api/users/:userId', { params: { userId } })`. A route's name is the target of the
 * call; the table of routes in server/wire has its request and response types. Every failure is an ApiError whose message can be
 * shown unchanged.
 */

import type {
  ApiAnswer,
  ApiRequest,
  JsonRouteName,
  MediaRouteName,
  UploadRouteName,
} from '../../server/wire/api-routes.ts';
import { ApiError, errorFromResponse, unreachable } from './api-error.ts';
import { fileNameOf, receiveFile, saveAs } from './receive-file.ts';
import { lineOf, type AnyTarget, type Optional, type RequestLine } from './request-line.ts';
import { sendFile } from './send-file.ts';

const TIMEOUT_MS = 15_000;
/** A long range of recordings has to be assembled first. */
const DOWNLOAD_TIMEOUT_MS = 600_000;
/** The server checks it when the headers have arrived; a proxy may hold back a small file until all of it has arrived. */
const UPLOAD_TOKEN_VALIDITY_MS = 120_000;

/** Origin and token of the calls. */
export interface ApiSession {
  /** Origin; empty: the page's own. */
  readonly server: string;
  /** @returns a token valid for at least `validityMs` more @throws ApiError without a session */
  accessToken(validityMs?: number): Promise<string>;
  /** The server has refused this one. */
  rejectToken(token: string): void;
}

export class Api {
  readonly #session: ApiSession;

  constructor(session: ApiSession) {
    this.#session = session;
  }

  async call<N extends JsonRouteName>(name: N, ...[request]: Optional<ApiRequest<N>>): Promise<ApiAnswer<N>> {
    const { body, ...target } = (request ?? {}) as AnyTarget & { body?: object };
    const line = lineOf(name, target);
    const response = await this.#fetch(line, body, AbortSignal.timeout(TIMEOUT_MS));
    if (response.status === 204) return undefined as ApiAnswer<N>;
    return answerOf<N>(response);
  }

  /**
   * Resolves once all of the file has arrived and the browser saves it.
   *
   * @param request the URL's parts, and the body of a route that has one
   * @param onProgress the received part, 0 … 1; null while the server prepares it
   */
  async download<N extends MediaRouteName>(
    name: N,
    request: ApiRequest<N>,
    onProgress: (share: number | null) => void,
    stopped: AbortSignal,
  ): Promise<void> {
    const signal = AbortSignal.any([AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS), stopped]);
    onProgress(null);
    const { body, ...target } = request as AnyTarget & { body?: object };
    const response = await this.#fetch(lineOf(name, target), body, signal);
    saveAs(await receiveFile(response, onProgress), fileNameOf(response) ?? 'download');
  }

  /** @param onProgress the sent part, 0 … 1 */
  async upload<N extends UploadRouteName>(
    name: N,
    file: Blob,
    onProgress: (part: number) => void,
    signal: AbortSignal,
  ): Promise<ApiAnswer<N>> {
    const token = await this.#session.accessToken(UPLOAD_TOKEN_VALIDITY_MS);
    const url = this.#session.server + lineOf(name).path;
    const response = await sendFile({ url, token, file, onProgress, signal });
    if (!response.ok) throw await errorFromResponse(response);
    return answerOf<N>(response);
  }

  /** @returns an answer that is no error */
  async #fetch(line: RequestLine, body: object | undefined, signal: AbortSignal): Promise<Response> {
    const token = await this.#session.accessToken();
    let response = await this.#send(line, body, token, signal);
    if (response.status === 401) {
      const error = await errorFromResponse(response);
      // A wrong current password does not mean that the token is invalid.
      if (error.code === 'wrongCredentials') throw error;
      // Revoked early, for example by a restart with new secrets: a fresh token decides.
      this.#session.rejectToken(token);
      response = await this.#send(line, body, await this.#session.accessToken(), signal);
    }
    if (!response.ok) throw await errorFromResponse(response);
    return response;
  }

  async #send(
    { method, path }: RequestLine,
    body: object | undefined,
    token: string,
    signal: AbortSignal,
  ): Promise<Response> {
    try {
      return await fetch(this.#session.server + path, {
        method,
        signal,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw unreachable(error);
    }
  }
}

/** Tests hold the server to the table, so the client does not check it again. */
async function answerOf<N extends JsonRouteName | UploadRouteName>(
  response: Response,
): Promise<ApiAnswer<N>> {
  try {
    return (await response.json()) as ApiAnswer<N>;
  } catch (error) {
    throw new ApiError('unexpected', 'The response of the server could not be read.', response.status, {
      cause: error,
    });
  }
}
