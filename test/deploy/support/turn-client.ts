/**
 * A TURN client over UDP, TCP or TLS that returns the code of a refusal (RFC 8656; long-term credentials of RFC 8489
 * section 9.2). Browsers show a test neither.
 */

import { createHash } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { classes, Message, methods, parseMessage } from 'werift';
import type { TurnCredentials } from '../../../server/core/stun-turn/turn-credentials.ts';

export type Address = [host: string, port: number];

export interface TurnServer {
  host: string;
  port: number;
  transport: 'udp' | 'tcp' | 'tls';
  /** For TLS: the trusted authority, and the expected name. */
  ca?: string;
  servername?: string;
}

export class TurnRefused extends Error {
  /** 401 unauthorized, 403 forbidden, 437 allocation mismatch, 442 unsupported transport, 486 quota reached … */
  readonly code: number;

  constructor([code, reason]: [number, string]) {
    super(`${code} ${reason}`);
    this.code = code;
  }
}

export const PROTOCOL = { tcp: 6, udp: 17 } as const;
const FAMILY = { 4: 0x01000000, 6: 0x02000000 } as const;
const ANSWER_TIMEOUT_MS = 10_000;
const STALE_NONCE = 438;

interface Pipe {
  send(bytes: Buffer): void;
  close(): void;
}

/** `data`: received from a peer through the relay. */
export class TurnClient extends EventEmitter<{ data: [payload: Buffer, peer: Address]; answer: [Message] }> {
  readonly #pipe: Pipe;
  readonly #credentials: TurnCredentials;
  /** Fingerprint of the peer's certificate on a TLS connection. */
  readonly peerFingerprint: string | undefined;
  #realm = '';
  #nonce: Buffer | undefined;
  #allocated = false;

  static async connect(server: TurnServer, credentials: TurnCredentials): Promise<TurnClient> {
    const received = new EventEmitter<{ message: [Buffer] }>();
    const socket = server.transport === 'udp' ? undefined : await openStream(server);
    const pipe = socket ? streamPipe(socket, received) : await udpPipe(server, received);
    const fingerprint =
      socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.fingerprint256 : undefined;
    return new TurnClient(pipe, received, credentials, fingerprint);
  }

  private constructor(
    pipe: Pipe,
    received: EventEmitter<{ message: [Buffer] }>,
    credentials: TurnCredentials,
    fingerprint: string | undefined,
  ) {
    super();
    this.#pipe = pipe;
    this.#credentials = credentials;
    this.peerFingerprint = fingerprint;
    received.on('message', (bytes) => this.#onMessage(bytes));
  }

  /** The nonce last named by the server. */
  get nonce(): Buffer | undefined {
    return this.#nonce;
  }

  /** @returns the relayed address. @throws TurnRefused */
  async allocate(options: { protocol?: number; family?: 4 | 6 } = {}): Promise<Address> {
    const { protocol = PROTOCOL.udp, family = 4 } = options;
    const answer = await this.#request(methods.ALLOCATE, (request) => {
      request.setAttribute('REQUESTED-TRANSPORT', protocol << 24);
      request.setAttribute('REQUESTED-ADDRESS-FAMILY', FAMILY[family]);
    });
    this.#allocated = true;
    return answer.getAttributeValue('XOR-RELAYED-ADDRESS') as Address;
  }

  /**
   * @param seconds lifetime of the allocation from now; 0 ends it. @returns the granted lifetime. @throws TurnRefused
   */
  async refresh(seconds: number): Promise<number> {
    const answer = await this.#request(methods.REFRESH, (request) =>
      request.setAttribute('LIFETIME', seconds),
    );
    return answer.getAttributeValue('LIFETIME') as number;
  }

  /** @throws TurnRefused 403 when relaying there is forbidden */
  async permit(host: string): Promise<void> {
    await this.#request(methods.CREATE_PERMISSION, (request) =>
      request.setAttribute('XOR-PEER-ADDRESS', [host, 9]),
    );
  }

  send(payload: Buffer, peer: Address): void {
    const indication = new Message(methods.SEND, classes.INDICATION);
    indication.setAttribute('XOR-PEER-ADDRESS', peer);
    indication.setAttribute('DATA', payload);
    this.#pipe.send(indication.bytes);
  }

  /** Frees the allocation; otherwise the next client with this port is refused with 437. */
  close(): void {
    if (this.#allocated && this.#nonce) {
      const request = new Message(methods.REFRESH, classes.REQUEST);
      request.setAttribute('LIFETIME', 0);
      this.#sign(request, this.#nonce);
      this.#pipe.send(request.bytes);
    }
    this.#pipe.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #request(method: methods, fill: (request: Message) => void): Promise<Message> {
    for (let attempt = 0; ; attempt++) {
      const request = new Message(method, classes.REQUEST);
      fill(request);
      if (this.#nonce) this.#sign(request, this.#nonce);
      this.#pipe.send(request.bytes);
      const answer = await this.#answerTo(request);
      if (answer.messageClass === classes.RESPONSE) return answer;
      const [code, reason] = answer.getAttributeValue('ERROR-CODE') as [number, string];
      // The first request is sent without a user name, to learn realm and nonce; and a nonce has a limited life.
      const mayAskAgain = attempt < 2 && ((code === 401 && !this.#nonce) || code === STALE_NONCE);
      if (!mayAskAgain) throw new TurnRefused([code, reason]);
      this.#realm = answer.getAttributeValue('REALM') as string;
      this.#nonce = answer.getAttributeValue('NONCE') as Buffer;
    }
  }

  #sign(request: Message, nonce: Buffer): void {
    const { username, credential } = this.#credentials;
    request.setAttribute('USERNAME', username);
    request.setAttribute('REALM', this.#realm);
    request.setAttribute('NONCE', nonce);
    request.addMessageIntegrity(
      createHash('md5').update(`${username}:${this.#realm}:${credential}`).digest(),
    );
  }

  async #answerTo(request: Message): Promise<Message> {
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    for (;;) {
      const [answer] = await once(this, 'answer', { signal });
      if (request.transactionId.equals((answer as Message).transactionId)) return answer as Message;
    }
  }

  #onMessage(bytes: Buffer): void {
    const message = parseMessage(bytes);
    if (!message) return;
    if (message.messageClass !== classes.INDICATION) this.emit('answer', message);
    else if (message.messageMethod === methods.DATA) {
      const payload = message.getAttributeValue('DATA') as Buffer;
      this.emit('data', payload, message.getAttributeValue('XOR-PEER-ADDRESS') as Address);
    }
  }
}

/** Coturn frees an allocation a second after the request; until then a client from the same port would get 437. */
const usedPorts = new Set<number>();

async function unusedSocket(family: 'udp4' | 'udp6'): Promise<UdpSocket> {
  for (;;) {
    const socket = createSocket(family);
    socket.bind(0);
    await once(socket, 'listening');
    const { port } = socket.address();
    if (usedPorts.has(port)) {
      socket.close();
      continue;
    }
    usedPorts.add(port);
    return socket;
  }
}

async function udpPipe(
  { host, port }: TurnServer,
  received: EventEmitter<{ message: [Buffer] }>,
): Promise<Pipe> {
  const socket = await unusedSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (bytes) => received.emit('message', bytes));
  let last: Promise<unknown> = Promise.resolve();
  return {
    send: (bytes) => {
      last = new Promise((resolve) => socket.send(bytes, port, host, resolve));
    },
    close: () => void last.then(() => socket.close()),
  };
}

/** @throws Error of TLS when the server's certificate is not the expected one */
async function openStream({ host, port, transport, ca, servername }: TurnServer): Promise<Socket> {
  if (transport === 'tls') {
    const socket = connectTls({ host, port, ca, servername });
    await once(socket, 'secureConnect');
    return socket;
  }
  const socket = connectTcp(port, host);
  await once(socket, 'connect');
  return socket;
}

/** On a stream, messages follow each other; each contains its length (RFC 8656 section 3.1). */
function streamPipe(socket: Socket, received: EventEmitter<{ message: [Buffer] }>): Pipe {
  let pending = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 20 && pending.length >= 20 + pending.readUInt16BE(2)) {
      const end = 20 + pending.readUInt16BE(2);
      received.emit('message', pending.subarray(0, end));
      pending = pending.subarray(end);
    }
  });
  return { send: (bytes) => socket.write(bytes), close: () => socket.destroySoon() };
}
