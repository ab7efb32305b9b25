/** One HTTP POST to a receiver: bounded in time and in what is read, and never led elsewhere by it. */

import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { readRetryAfter } from '../core/delivery-schedule.ts';
import { assertMayReceive, lookupReceiver } from './receiver-address.ts';

export interface ReceiverAnswer {
  /** Null when none came. */
  status: number | null;
  /** What the receiver said, cut at 1 KiB, or why it could not be reached. */
  text: string;
  /** 0 unless it asked for patience. */
  retryAfterMs: number;
}

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1024;

/** Never throws: what went wrong is the answer. */
export async function postMessage(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  stopped: AbortSignal,
): Promise<ReceiverAnswer> {
  const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), stopped]);
  try {
    const response = await send(new URL(url), headers, body, signal);
    const text = await readText(response);
    const { statusCode = 0, headers: answered } = response;
    return { status: statusCode, text, retryAfterMs: readRetryAfter(answered['retry-after'], Date.now()) };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    const text = isLate
      ? `no answer within ${TIMEOUT_MS / 1000} s`
      : error instanceof Error
        ? error.message
        : 'it could not be sent';
    return { status: null, text: text.slice(0, MAX_ANSWER_BYTES), retryAfterMs: 0 };
  }
}

function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  assertMayReceive(url.hostname);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
    // A connection of its own: what a receiver leaves open is closed after the answer.
    agent: false,
    lookup: lookupReceiver,
    signal,
  });
  request.once('response', resolve);
  request.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
  request.end(body);
  return promise;
}

async function readText(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    // Leaving the loop destroys the connection, whatever else was to come.
    if (bytes >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(pieces).subarray(0, MAX_ANSWER_BYTES).toString('utf8').replaceAll('\u0000', '');
}
