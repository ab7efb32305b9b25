/**
 * Sends a binding request to a STUN or TURN server over the transport of its URL (RFC 7064, RFC 7065): UDP, TCP or TLS.
 * Viewers outside the LAN depend on it, so the server checks that it answers.
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
  /** This machine's address as the server sees it. */
  seenAs: string | null;
}

/** Never throws; a failure is part of the answer. @param url as in VIGIE_TURN_URLS */
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
    const seenAs = readStunBindingResponse(message, transactionId)?.address;
    if (seenAs !== undefined) answered.resolve(seenAs);
  });
  socket.on('error', answered.reject);
  send();
  // UDP loses packets, even to a server that is up.
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
  socket.on('close', () => answered.reject(new Error('the server closed the connection')));
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const seenAs = readStunBindingResponse(received, transactionId)?.address;
    if (seenAs !== undefined) answered.resolve(seenAs);
    else if (received.length > MAX_RESPONSE_BYTES) answered.reject(new Error('the answer is not STUN'));
  });
  // A TLS socket sends this after its handshake.
  socket.write(stunBindingRequest(transactionId));
  try {
    return await answered.promise;
  } finally {
    clearTimeout(timeout);
    socket.destroy();
  }
}

function problemOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ECONNREFUSED') return 'no server listens at that port';
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
