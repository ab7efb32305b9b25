/**
 * Sockets at the camera listener that never become cameras: a bounded number, each reconnecting when it is closed,
 * until the attack is stopped.
 */

import { randomBytes } from 'node:crypto';
import { WebSocket, type ClientOptions } from 'ws';
import { CAMERA_SUBPROTOCOL } from '../../server/wire/camera-protocol.ts';

export type DoorBehaviour =
  /** Completes the upgrade and sends nothing. */
  | 'silent'
  /** Sends a hello, a byte now and then. */
  | 'slow'
  /** Sends a hello with an invented key. */
  | 'wrongKey'
  /** Disconnects as soon as it is accepted. */
  | 'restless';

export interface EndpointAttackOptions {
  /** ws://…/camera */
  url: string;
  sockets: number;
  behaviour: DoorBehaviour;
  /** A socket's source, by its number: `localAddress`, or a proxy's `headers` for it. */
  from: (index: number) => Pick<ClientOptions, 'headers' | 'localAddress'>;
}

const SLOW_BYTE_MS = 200;
/** After a refusal. A flood of connections is not the subject here. */
const AGAIN_MS = 20;

const HELLO = {
  type: 'hello',
  cameraId: 'cam_1',
  nonce: randomBytes(32).toString('base64url'),
  hmac: '0'.repeat(64),
  firmware: '1.0.0',
  board: '',
  sensor: '',
  capabilities: [],
};

export class EndpointAttack implements Disposable {
  readonly #options: EndpointAttackOptions;
  readonly #sockets = new Set<WebSocket>();
  #stopped = false;
  /** Number of sockets that got a challenge. */
  challenged = 0;

  constructor(options: EndpointAttackOptions) {
    this.#options = options;
    for (let index = 0; index < options.sockets; index++) this.#connect(index);
  }

  get open(): number {
    return [...this.#sockets].filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    for (const socket of this.#sockets) socket.terminate();
  }

  #connect(index: number): void {
    if (this.#stopped) return;
    const { url, behaviour, from } = this.#options;
    const socket = new WebSocket(url, CAMERA_SUBPROTOCOL, { ...from(index), perMessageDeflate: false });
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('message', () => {
      this.challenged++;
      if (behaviour === 'wrongKey') socket.send(JSON.stringify(HELLO));
      if (behaviour === 'slow') speakSlowly(socket, JSON.stringify(HELLO));
      if (behaviour === 'restless') socket.terminate();
    });
    socket.on('close', () => {
      this.#sockets.delete(socket);
      setTimeout(() => this.#connect(index), AGAIN_MS);
    });
  }
}

function speakSlowly(socket: WebSocket, text: string): void {
  let sent = 0;
  const timer = setInterval(
    () => socket.send(text[sent++] ?? '', { fin: sent >= text.length }),
    SLOW_BYTE_MS,
  );
  socket.on('close', () => clearInterval(timer));
}
