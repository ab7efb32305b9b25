/**
 * A bad network between viewers and the server's UDP port: loses packets at random, delays them, and changes a viewer's address
 * like a NAT whose mapping has expired.
 */

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { RTX_PAYLOAD_TYPE, VP8_PAYLOAD_TYPE } from '../../server/sfu/rtp-parameters.ts';
import { SIGNALING_PATH } from '../../server/wire/signaling.ts';
import { randomSequence } from '../../server/virtual-camera/scene-palette.ts';

export class UdpProxy {
  /** 0 … 1 of the packets, each way. */
  loss = 0;
  /** Whether to lose this datagram of the server, besides. */
  losing: (datagram: Buffer) => boolean = () => false;
  /** Each way. */
  delayMs = 0;
  dropped = 0;
  forwarded = 0;
  #isClosed = false;
  readonly #random: () => number;
  readonly #server: { port: number; socket: Socket };
  /** Towards the server: one socket per viewer address, as a NAT has. */
  readonly #mappings = new Map<string, Socket>();

  /** @param serverPort the server's UDP port on loopback */
  static async open(serverPort: number, seed: number): Promise<UdpProxy> {
    const socket = createSocket('udp4');
    socket.bind(0, '0.0.0.0');
    await once(socket, 'listening');
    return new UdpProxy(socket, serverPort, seed);
  }

  private constructor(socket: Socket, serverPort: number, seed: number) {
    this.#random = randomSequence(seed);
    this.#server = { port: serverPort, socket };
    socket.on('message', (datagram, from) => {
      if (this.#lost()) return;
      this.#after(() => this.#mapping(from.address, from.port).send(datagram, serverPort, '127.0.0.1'));
    });
  }

  /** The address that viewers send to. */
  get port(): number {
    return this.#server.socket.address().port;
  }

  /** From now on the server sees every viewer at a new address. */
  rebind(): void {
    for (const socket of this.#mappings.values()) socket.close();
    this.#mappings.clear();
  }

  close(): void {
    this.#isClosed = true;
    this.rebind();
    this.#server.socket.close();
  }

  #mapping(address: string, port: number): Socket {
    const key = `${address}:${port}`;
    const known = this.#mappings.get(key);
    if (known) return known;
    const socket = createSocket('udp4');
    socket.on('message', (datagram) => {
      if (this.#lost() || this.losing(datagram)) return;
      this.#after(() => this.#server.socket.send(datagram, port, address));
    });
    this.#mappings.set(key, socket);
    return socket;
  }

  #after(send: () => void): void {
    if (this.delayMs === 0) return send();
    setTimeout(() => {
      if (!this.#isClosed) send();
    }, this.delayMs);
  }

  #lost(): boolean {
    const lost = this.#random() < this.loss;
    if (lost) this.dropped++;
    else this.forwarded++;
    return lost;
  }
}

/** RTP of the cameras, also what is sent again. */
export function isVideo(datagram: Buffer): boolean {
  const payloadType = (datagram[1] ?? 0) & 0x7f;
  return (
    (datagram[0] ?? 0) >> 6 === 2 && (payloadType === VP8_PAYLOAD_TYPE || payloadType === RTX_PAYLOAD_TYPE)
  );
}

/** Makes the page send its media through the proxy: its candidates get the proxy's port. */
export async function throughProxy(page: Page, proxy: UdpProxy): Promise<void> {
  await page.routeWebSocket(new RegExp(`${SIGNALING_PATH}$`), (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) =>
      socket.send(typeof message === 'string' ? rewritten(message, proxy.port) : message),
    );
  });
}

function rewritten(text: string, port: number): string {
  const message = JSON.parse(text) as { data?: { iceCandidates?: { port: number }[] } };
  const candidates = message.data?.iceCandidates;
  if (!candidates) return text;
  for (const candidate of candidates) candidate.port = port;
  return JSON.stringify(message);
}
