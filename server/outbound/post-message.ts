/** One HTTP POST to a receiver: bounded in time and in the bytes read; redirects are not followed. */

import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { wallMs } from '../core/clock.ts';
import { readRetryAfter } from '../core/outbound/delivery-schedule.ts';
import { assertMayReceive, lookupReceiver, RefusedAddress, type MayReceive } from './receiver-address.ts';

export interface ReceiverAnswer {
  /** Null without an answer. */
  status: number | null;
  /** The receiver's answer, truncated at 1 KiB, or why it could not be reached. */
  text: string;
  /** No attempt was made: the address must not be sent to, now or later. */
  refused: boolean;
  /** 0 unless the receiver asked for a delay. */
  retryAfterMs: number;
}

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1024;

export interface OutboundMessage {
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array;
  /** Aborts the attempt. */
  stopped: AbortSignal;
  mayReceive: MayReceive;
  /** A certificate to trust instead of the system's. */
  ca?: string;
}

/** Never throws: errors are part of the outcome. */
export async function postMessage(url: string, message: OutboundMessage): Promise<ReceiverAnswer> {
  const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), message.stopped]);
  try {
    const response = await send(new URL(url), message, signal);
    const text = await readText(response);
    const { statusCode = 0, headers: answered } = response;
    const retryAfterMs = readRetryAfter(answered['retry-after'], wallMs());
    return { status: statusCode, text, refused: false, retryAfterMs };
  } catch (error) {
    const text = reasonOf(error).slice(0, MAX_ANSWER_BYTES);
    return { status: null, text, refused: error instanceof RefusedAddress, retryAfterMs: 0 };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it could not be sent';
  return error.name === 'TimeoutError' ? `no answer within ${TIMEOUT_MS / 1000} s` : error.message;
}

function send(
  url: URL,
  { headers, body, mayReceive, ca }: OutboundMessage,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  assertMayReceive(url.hostname, mayReceive);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
    // A separate connection: a connection that the receiver keeps open is closed after the answer.
    agent: false,
    lookup: lookupReceiver(mayReceive),
    signal,
    ...(ca !== undefined && { ca }),
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
    // Leaving the loop destroys the connection, whatever data would follow.
    if (bytes >= MAX_ANSWER_BYTES) break;
  }
  return Buffer.concat(pieces).subarray(0, MAX_ANSWER_BYTES).toString('utf8').replaceAll('\u0000', '');
}
