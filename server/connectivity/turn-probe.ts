/**
 * Asks a STUN or TURN server for a binding, over whatever its URL says (RFC 7064, RFC 7065): UDP, TCP or TLS. Whoever
 * watches from outside goes through it, so it should answer the server too.
 */

import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIP, isIPv6, type Socket } from 'node:net';
import { lookup } from 'node:dns/promises';
import { connect as connectTls } from 'node:tls';
import { parseIceServerUrl } from '../core/stun-turn/ice-server-url.ts';
import { readStunBindingResponse, stunBindingRequest } from '../core/stun-turn/stun-binding.ts';
import { TRANSACTION_ID_BYTES } from '../core/stun-turn/stun-message.ts';
import { CERTIFICATE_PROBLEM } from '../wire/browser-values.ts';

const TIMEOUT_MS = 3_000;
const RETRANSMIT_MS = 500;
const MAX_RESPONSE_BYTES = 2_048;

export interface TurnProbe {
  /** Null: it answered. */
  problem: string | null;
  /** This machine's address as seen from there. */
  seenAs: string | null;
}

/** Never throws; what went wrong is the answer. @param url as in VIGIE_TURN_URLS */
export async function probeTurn(url: string): Promise<TurnProbe> {
  const parts = parseIceServerUrl(url);
  if (!parts) return { problem: 'the URL is not understood', seenAs: null };
  const { host, port, transport } = parts;
  const transactionId = randomBytes(TRANSACTION_ID_BYTES);
  try {
    const seenAs =
      transport === 'udp'
        ? await overUdp(host, port, transactionId)
        : await overStream(
            transport === 'tls'
              ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) })
              : connectTcp({ host, port }),
            transactionId,
          );
    return { problem: null, seenAs };
  } catch (error) {
    return { problem: problemOf(error as NodeJS.ErrnoException), seenAs: null };
  }
}

async function overUdp(host: string, port: number, transactionId: Buffer): Promise<string> {
  const { address } = await lookup(host);
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  const answered = Promise.withResolvers<string>();
  const send = (): void => socket.send(stunBindingRequest(transactionId), port, address);
  socket.on('message', (message) => {
    const seenAs = readStunBindingResponse(message, transactionId);
    if (seenAs !== undefined) answered.resolve(seenAs);
  });
  socket.on('error', answered.reject);
  send();
  // UDP loses packets, also on the way to a server that is there.
  const again = setInterval(send, RETRANSMIT_MS);
  const timeout = setTimeout(() => answered.reject(new Error('no answer')), TIMEOUT_MS);
  try {
    return await answered.promise;
  } finally {
    clearInterval(again);
    clearTimeout(timeout);
    socket.close();
  }
}

async function overStream(socket: Socket, transactionId: Buffer): Promise<string> {
  const answered = Promise.withResolvers<string>();
  let received = Buffer.alloc(0);
  socket.setTimeout(TIMEOUT_MS, () => answered.reject(new Error('no answer')));
  const timeout = setTimeout(() => answered.reject(new Error('no answer')), TIMEOUT_MS);
  socket.on('error', answered.reject);
  socket.on('close', () => answered.reject(new Error('it closed the connection')));
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const seenAs = readStunBindingResponse(received, transactionId);
    if (seenAs !== undefined) answered.resolve(seenAs);
    else if (received.length > MAX_RESPONSE_BYTES) answered.reject(new Error('it is no STUN server'));
  });
  // TLS waits for its handshake by itself.
  socket.write(stunBindingRequest(transactionId));
  try {
    return await answered.promise;
  } finally {
    clearTimeout(timeout);
    socket.destroy();
  }
}

function problemOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name does not resolve';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'there is no route to it';
  if (
    code?.includes('CERT') ||
    code?.includes('SELF_SIGNED') ||
    code?.includes('SIGNATURE') ||
    code?.includes('ISSUER')
  )
    return CERTIFICATE_PROBLEM;
  return code === undefined ? message : `${message} (${code})`;
}
