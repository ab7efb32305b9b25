/** One signaling session on a socket controlled by the test, without the rest of the server. */

import { VigieError } from '../../server/errors.ts';
import { EventEmitter } from 'node:events';
import type { WebSocket } from 'ws';
import { Capacity } from '../../server/core/capacity.ts';
import { createLog } from '../../server/log.ts';
import { SignalingSession, type SignalingSessionOptions } from '../../server/signaling/signaling-session.ts';
import type { SignalingAccess } from '../../server/signaling/signaling-access.ts';
import { TransportQuota } from '../../server/core/transport-quota.ts';
import type { ServerToViewer } from '../../server/wire/signaling.ts';

export class ScriptedSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  terminated = 0;
  closedWith: number | undefined;
  /** Each text message. */
  readonly sent: ServerToViewer[] = [];

  send(message: string | Uint8Array): void {
    if (typeof message === 'string') this.sent.push(JSON.parse(message) as ServerToViewer);
  }

  close(code: number): void {
    this.closedWith = code;
  }

  terminate(): void {
    this.terminated++;
  }

  /** Messages of the viewer. */
  say(message: object): void {
    this.emit('message', Buffer.from(JSON.stringify(message)), false);
  }
}

export interface ScriptedSession {
  socket: ScriptedSocket;
  session: SignalingSession;
  /** @returns the answer to this request */
  ask: (method: string, data: object) => ServerToViewer | undefined;
}

/** Not signed in yet. @param options without `sfu` no request may need it */
export function openSession({
  access = {},
  ...options
}: Partial<Omit<SignalingSessionOptions, 'access'>> & {
  access?: Partial<SignalingAccess>;
} = {}): ScriptedSession {
  const socket = new ScriptedSocket();
  const session = new SignalingSession({
    viewerAddress: '192.0.2.1',
    capacity: new Capacity(() => 0),
    transportQuota: new TransportQuota(),
    clock: () => 0,
    log: createLog('silent'),
    frames: { subscribe: () => ({ close: () => undefined }), latest: () => undefined },
    ...options,
    socket: socket as unknown as WebSocket,
    access: {
      countRequest: () => undefined,
      identify: () => ({ userId: 'anna', grant: null, sessionId: 's', expiresAtMs: Date.now() + 60_000 }),
      camerasOf: () => [],
      may: () => true,
      rightsTo: () => ['live'],
      assertMay: (...whatOf) => {
        if (access.may?.(...whatOf) === false)
          throw new VigieError('notFound', 'there is no such camera, or you have no right to it');
      },
      isAdministrator: () => false,
      iceServersFor: () => [],
      ...access,
    },
  } as SignalingSessionOptions);
  let id = 0;
  const ask = (method: string, data: object): ServerToViewer | undefined => {
    id++;
    socket.say({ type: 'request', id, method, data });
    return socket.sent.findLast((message) => message.type === 'response' && message.id === id);
  };
  return { socket, session, ask };
}

export const AUTHENTICATE = { type: 'authenticate', token: 'good' };
