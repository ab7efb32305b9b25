/**
 * Ends a request whose body does not arrive in time: all of it, or, if the route takes a file, enough of it in each window,
 * because a backup of 2 GB takes a quarter of an hour over 20 Mbit/s. RequestGate gives every request its timeout, whole-body.ts
 * says which bodies are files.
 *
 * Invariants: a body that nobody reads is ended too; only a route that has checked its caller can extend the time, or an edge,
 * whose site then limits it.
 */

import type { IncomingMessage } from 'node:http';

export interface BodyLimits {
  /** From the end of the headers to the end of the body. */
  bodyMs: number;
  /** Limits of a body that is a file; see UPLOAD. */
  upload?: UploadLimits;
}

export interface UploadLimits {
  windowMs: number;
  /** Bytes that must arrive in each window: a file that stalls, or is slower than this, is ended. */
  minBytes: number;
  /** However fast it arrives. */
  totalMs: number;
}

/** 17 kbit/s: slower than any line in use, but enough to end dead connections. */
export const UPLOAD: UploadLimits = { windowMs: 30_000, minBytes: 64 * 1024, totalMs: 12 * 3_600_000 };

/** Functions that prolong the timeout of a body, by request. */
const PROLONG = new WeakMap<IncomingMessage, () => void>();

/** Call it before anything is read. @param onLate ends the request; called once at most */
export function limitBody(
  request: IncomingMessage,
  { bodyMs, upload = UPLOAD }: BodyLimits,
  onLate: () => void,
): void {
  if (!hasBody(request)) return;
  let timer = setTimeout(() => end(), bodyMs).unref();
  const stop = (): void => clearTimeout(timer);
  const end = (): void => {
    stop();
    // Node does not report that the client of an answered request has left.
    if (!request.complete && !request.socket.destroyed) onLate();
  };
  PROLONG.set(request, () => {
    PROLONG.delete(request);
    stop();
    let received = request.socket.bytesRead;
    let windows = Math.ceil(upload.totalMs / upload.windowMs);
    timer = setInterval(() => {
      const before = received;
      received = request.socket.bytesRead;
      if (received - before < upload.minBytes || --windows === 0) end();
    }, upload.windowMs).unref();
  });
  request.once('end', stop).once('close', stop);
}

/** The body is a file, whose sender may send it. */
export function prolongBody(request: IncomingMessage): void {
  PROLONG.get(request)?.();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}
