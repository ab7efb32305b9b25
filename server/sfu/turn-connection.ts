/**
 * The connection from the server to its TURN server: UDP, TCP or TLS. It carries whole messages and does not look into
 * them.
 *
 * Invariant: `onClose` is called once, whatever the cause, and never after `close`.
 */

import { lookup } from 'node:dns/promises';
import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIP, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { TurnStream } from '../core/stun-turn/channel-data.ts';
import type { IceServerUrl } from '../core/stun-turn/ice-server-url.ts';

export interface TurnConnection {
  readonly isStream: boolean;
  /** Whether the bytes that wait on a slow stream exceed the limit for whole frames. */
  readonly isFull: boolean;
  /** Relayed datagrams dropped for lack of room. */
  readonly dropped: number;
  /** Do not write to the message afterwards. */
  send(message: Buffer): void;
  /** Idempotent. */
  close(): void;
}

export interface TurnConnectionEvents {
  onMessage: (message: Buffer) => void;
  /** @param problem completes "the relay is lost: …" */
  onClose: (problem: string) => void;
}

const CONNECT_TIMEOUT_MS = 5_000;
const SOCKET_BUFFER_BYTES = 2 * 1024 * 1024;
/**
 * Bound of the data waiting on a slow stream: it is the video of all viewers, and newer video is worth more than older.
 */
const FULL_BYTES = 128 * 1024;
const MAX_QUEUED_BYTES = 512 * 1024;

/** @throws Error when the server cannot be reached; over UDP only an unanswered request shows that */
export async function openTurnConnection(
  { host, port, transport }: IceServerUrl,
  events: TurnConnectionEvents,
): Promise<TurnConnection> {
  if (transport === 'udp') return openDatagrams(host, port, events);
  const socket =
    transport === 'tls'
      ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) })
      : connectTcp({ host, port });
  const ready = Promise.withResolvers<void>();
  socket.once(transport === 'tls' ? 'secureConnect' : 'connect', () => ready.resolve());
  socket.once('error', ready.reject);
  const timeout = setTimeout(() => ready.reject(new Error('no answer')), CONNECT_TIMEOUT_MS);
  try {
    await ready.promise;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timeout);
  }
  return stream(socket, events);
}

async function openDatagrams(
  host: string,
  port: number,
  { onMessage, onClose }: TurnConnectionEvents,
): Promise<TurnConnection> {
  const { address } = await lookup(host);
  const socket = createSocket({
    type: isIPv6(address) ? 'udp6' : 'udp4',
    recvBufferSize: SOCKET_BUFFER_BYTES,
    sendBufferSize: SOCKET_BUFFER_BYTES,
  });
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    socket.close();
  };
  const ready = Promise.withResolvers<void>();
  socket.once('connect', () => ready.resolve());
  socket.on('message', (message) => onMessage(message));
  // A connected UDP socket reports when no program listens there any more.
  socket.on('error', (error) => {
    ready.reject(error);
    if (closed) return;
    close();
    onClose(error.message);
  });
  socket.connect(port, address);
  await ready.promise;
  return {
    isStream: false,
    isFull: false,
    dropped: 0,
    // Errors of a single datagram that matter are also emitted as the socket's `error`.
    send: (message) => {
      if (!closed) socket.send(message, () => {});
    },
    close,
  };
}

function stream(socket: Socket, { onMessage, onClose }: TurnConnectionEvents): TurnConnection {
  const messages = new TurnStream();
  let closed = false;
  const end = (problem: string): void => {
    if (closed) return;
    closed = true;
    socket.destroy();
    onClose(problem);
  };
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const message of messages.push(chunk)) if (!closed) onMessage(message);
    } catch (error) {
      end(String(error));
    }
  });
  socket.on('error', (error) => end(error.message));
  socket.on('close', () => end('the server closed the connection'));
  const connection = {
    isStream: true,
    get isFull() {
      return socket.writableLength > FULL_BYTES;
    },
    dropped: 0,
    send: (message: Buffer): void => {
      // STUN is always sent: without it the allocation would be lost too.
      const isData = (message[0] ?? 0) > 3;
      if (isData && socket.writableLength > MAX_QUEUED_BYTES) connection.dropped++;
      else if (!closed) socket.write(message);
    },
    close: () => {
      closed = true;
      // Messages already written are still sent.
      socket.end();
      socket.destroySoon();
    },
  };
  return connection;
}
