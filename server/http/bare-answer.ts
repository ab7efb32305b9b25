/**
 * Answers that the server sends before express, or in its place: refusals and health. Each is created once and costs a few
 * headers.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { VigieError } from '../errors.ts';
import { healthOf, type HealthProblem } from '../wire/health.ts';
import { problemOf } from './problem.ts';

export interface BareAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string;
}

/** As on every other answer: not displayed in frames, not cached. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

export function refusal(error: VigieError): BareAnswer {
  const answer = bareAnswer(error.status, 'application/problem+json', JSON.stringify(problemOf(error)));
  const { retryAfterSeconds } = error;
  if (retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'Retry-After': retryAfterSeconds } };
}

export function healthAnswer(problems: readonly HealthProblem[]): BareAnswer {
  return bareAnswer(200, 'application/json; charset=utf-8', JSON.stringify(healthOf(problems)));
}

export function bareAnswer(status: number, type: string, body: string): BareAnswer {
  const headers = { ...HEADERS, 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) };
  return { status, headers, body };
}

export function sendBare(response: ServerResponse, { status, headers, body }: BareAnswer): void {
  response.writeHead(status, headers).end(body);
}

/** Answers in place of the app, which may have sent a part of its own answer already. Closes the connection. */
export function sendInstead(request: IncomingMessage, response: ServerResponse, answer: BareAnswer): void {
  if (response.headersSent) {
    request.socket.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.shouldKeepAlive = false;
  // Node no longer does this for an answered request, and a reader of the body would wait forever.
  request.socket.once('close', () => request.destroy(new VigieError('tooSlow', 'the request was aborted')));
  sendBare(response, answer);
}
