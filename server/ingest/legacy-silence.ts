/**
 * Detects that a legacy camera has disappeared, however rarely it sends a picture: the older firmware sends nothing else by
 * itself, but answers WebSocket pings (RFC 6455 section 5.5.2). Otherwise only the pictures show it.
 */

import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Clock } from '../core/clock.ts';
import { SilenceWatch } from './silence-watch.ts';

export interface LegacySilenceOptions {
  webSocket: WebSocket;
  socket: Socket;
  clock: Clock;
  /** Silence of this length means that the camera is gone … */
  silenceTimeoutMs: number;
  /** … unless its pictures are farther apart, ms; undefined: not set. */
  pictureIntervalMs: () => number | undefined;
  onSilent: () => void;
}

/** A camera that has been silent for this part of the timeout gets a ping every second. */
const PINGS = 4;
/** Missing pictures after which it has stalled, as in liveness. */
const MISSED_PICTURES = 3;

export function watchLegacySilence(options: LegacySilenceOptions): SilenceWatch {
  const { webSocket, socket, clock, silenceTimeoutMs, pictureIntervalMs, onSilent } = options;
  let answersPings = false;
  webSocket.on('pong', () => (answersPings = true));
  return new SilenceWatch({
    socket,
    clock,
    silenceTimeoutMs: () =>
      answersPings
        ? silenceTimeoutMs
        : Math.max(silenceTimeoutMs, MISSED_PICTURES * (pictureIntervalMs() ?? 0)),
    onTick: (quietMs) => {
      if (quietMs >= silenceTimeoutMs / PINGS) webSocket.ping();
    },
    onSilent,
  });
}
