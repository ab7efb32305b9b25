/**
 * Events as the server sends them, over the WebSocket of signaling, which is opened again after it is lost.
 *
 * Invariants: the caller reads the events missed without a connection, each time it is opened; it ends when the server stays
 * unreachable, or the key ends.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { EventView } from '../wire/event.ts';
import { SIGNALING_CLOSE, type ServerToViewer } from '../wire/signaling.ts';
import type { ApiCaller } from './api-caller.ts';
import { CommandError } from './command-error.ts';

export interface ToldEventsOptions {
  api: Pick<ApiCaller, 'url' | 'openSignaling'>;
  gone: AbortSignal;
  /** Events are sent from now on. It ends before the first of them is passed on. */
  onConnected: () => Promise<void>;
  onEvent: (event: EventView) => void;
  /** For tests. */
  delays?: { firstMs: number; mostMs: number; giveUpMs: number };
}

const DELAYS = { firstMs: 1_000, mostMs: 10_000, giveUpMs: 60_000 };
/** A server whose machine is down sends nothing, so a ping must be answered. */
const ASK_INTERVAL_MS = 15_000;
const ENDS: Readonly<Record<number, CommandError>> = {
  [SIGNALING_CLOSE.unauthorized]: new CommandError('notAllowed', 'this API key is wrong, or was revoked'),
  [SIGNALING_CLOSE.signedOut]: new CommandError('notAllowed', 'the API key was revoked'),
  [SIGNALING_CLOSE.tokenExpired]: new CommandError('notAllowed', 'the API key has expired'),
  [SIGNALING_CLOSE.tooManySessions]: new CommandError(
    'failed',
    'too many programs follow by keys of this user',
  ),
};

/** Runs until it is aborted. @throws CommandError `notAllowed`, `failed`, `unreachable`; the abort's reason */
export async function followEvents(options: ToldEventsOptions): Promise<never> {
  const { api, gone, delays = DELAYS } = options;
  let delayMs = delays.firstMs;
  let awayMs = 0;
  for (;;) {
    gone.throwIfAborted();
    const { code, wasAccepted } = await followOnce(options);
    gone.throwIfAborted();
    const end = ENDS[code];
    if (end) throw end;
    if (wasAccepted) [delayMs, awayMs] = [delays.firstMs, 0];
    if (awayMs >= delays.giveUpMs)
      throw new CommandError('unreachable', `${api.url} cannot be reached any more`);
    await sleep(delayMs, undefined, { signal: gone });
    awayMs += delayMs;
    delayMs = Math.min(delays.mostMs, delayMs * 2);
  }
}

/** One connection, to its end. */
async function followOnce({ api, gone, onConnected, onEvent }: ToldEventsOptions) {
  const socket = api.openSignaling();
  const leave = (): void => socket.close();
  gone.addEventListener('abort', leave);
  const { promise: closed, resolve, reject } = Promise.withResolvers<number>();
  let connected: Promise<void> | undefined;
  let isSilent = false;
  const asking = setInterval(() => {
    // A close would wait for the server's answer.
    if (isSilent || socket.readyState !== socket.OPEN) return resolve(0);
    isSilent = true;
    socket.send(JSON.stringify({ type: 'request', id: 0, method: 'getTime', data: { t0: 0 } }));
  }, ASK_INTERVAL_MS);
  const onMessage = (message: ServerToViewer): void => {
    isSilent = false;
    if (message.type === 'authenticated') connected = onConnected();
    if (message.type === 'notification' && message.method === 'event')
      connected = connected?.then(() => onEvent(message.data));
    connected?.catch((error: unknown) => {
      // The connection was lost between the two; the next connection reads the missed events.
      if (error instanceof CommandError && error.failure === 'unreachable') resolve(0);
      else reject(error);
    });
  };
  socket.addEventListener('message', ({ data }) => onMessage(JSON.parse(String(data)) as ServerToViewer));
  // `close` follows.
  socket.addEventListener('error', () => undefined);
  socket.addEventListener('close', ({ code }) => resolve(code));
  try {
    return { code: await closed, wasAccepted: connected !== undefined };
  } finally {
    clearInterval(asking);
    gone.removeEventListener('abort', leave);
    leave();
  }
}
