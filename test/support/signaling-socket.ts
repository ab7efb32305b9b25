/** The signaling WebSocket without a browser. */

import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import {
  PICTURE_HEADER_BYTES,
  readPictureHeader,
  type PictureHeader,
} from '../../server/wire/picture-message.ts';
import {
  SIGNALING_PATH,
  SIGNALING_SUBPROTOCOL,
  type ServerToViewer,
  type SignalingMethod,
  type SignalingMethods,
} from '../../server/wire/signaling.ts';

export class SignalingSocket {
  readonly socket: WebSocket;
  readonly received: ServerToViewer[] = [];
  /** Pictures of the cameras watched by `watchFrames`. */
  readonly pictures: (PictureHeader & { jpeg: Uint8Array })[] = [];
  /** Set when the socket has closed. */
  closeCode: number | undefined;
  #nextId = 1;

  /** Opens it and sends the token; `closed` contains the reason if it was refused. */
  static async open(url: string, token: string, options: ClientOptions = {}): Promise<SignalingSocket> {
    const socket = new WebSocket(url.replace('http', 'ws') + SIGNALING_PATH, SIGNALING_SUBPROTOCOL, options);
    const signaling = new SignalingSocket(socket);
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'authenticate', token }));
    await Promise.race([once(socket, 'message'), once(socket, 'close')]);
    return signaling;
  }

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('close', (code) => (this.closeCode = code));
    socket.on('message', (data, isBinary) => {
      if (isBinary) return this.#onPicture(data as Buffer);
      this.received.push(JSON.parse((data as Buffer).toString()) as ServerToViewer);
    });
  }

  /** @throws Error with the code of the error */
  async request<M extends SignalingMethod>(
    method: M,
    data: SignalingMethods[M]['request'],
  ): Promise<SignalingMethods[M]['response']> {
    const id = this.#nextId++;
    this.socket.send(JSON.stringify({ type: 'request', id, method, data }));
    for (;;) {
      const answer = this.received.find((message) => message.type === 'response' && message.id === id);
      if (answer?.type === 'response') {
        if (!answer.ok) throw new Error(answer.error.code);
        return answer.data as SignalingMethods[M]['response'];
      }
      await once(this.socket, 'message');
    }
  }

  acknowledge(watchId: number, sequence: number): void {
    this.socket.send(JSON.stringify({ type: 'ack', watchId, sequence }));
  }

  close(): void {
    this.socket.close();
  }

  #onPicture(message: Buffer): void {
    const header = readPictureHeader(message);
    if (typeof header === 'string') throw new Error(header);
    this.pictures.push({ ...header, jpeg: message.subarray(PICTURE_HEADER_BYTES) });
  }
}
