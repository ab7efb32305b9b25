/** What is remembered of a camera that has once proven itself, and what of it is shown. */

import type { HelloMessage, TelemetryMessage } from '../wire/camera-protocol.ts';
import type { CameraSession } from './camera-session.ts';

export interface CameraLinkStatus {
  online: boolean;
  /** Server time, ms; null if none came since the server started. */
  lastFrameAtMs: number | null;
  /** Frames arriving per second, 0 while none do. */
  fps: number;
  framesDropped: number;
  /** Passed on with something left out or put in. */
  framesMended: number;
  /** What it said of itself when it connected; null while offline. */
  device: Pick<HelloMessage, 'firmware' | 'board' | 'sensor' | 'capabilities' | 'frameIntervalMs'> | null;
  /** Its connection came over TLS; null while offline. */
  secure: boolean | null;
  /** The last it sent, also while offline; null if none came. */
  telemetry: TelemetryMessage | null;
  /** Of the link, the smallest measured; null while offline. */
  roundTripMs: number | null;
  /** Frames it may have on their way; null while offline. */
  ackWindow: number | null;
}

/** A camera whose last frame is older than this sends none. */
const FRAME_STALE_US = 2_000_000;

export class CameraRecord {
  session: CameraSession | undefined;
  lastFrameUs: number | undefined;
  framesDropped = 0;
  framesMended = 0;
  /** Dropped since the last one that was passed on. */
  droppedInARow = 0;
  telemetry: TelemetryMessage | null = null;

  status(nowUs: number): CameraLinkStatus {
    const { session, lastFrameUs, framesDropped, framesMended, telemetry } = this;
    const sending = lastFrameUs !== undefined && nowUs - lastFrameUs < FRAME_STALE_US;
    const {
      firmware = '',
      board = '',
      sensor = '',
      capabilities = [],
      frameIntervalMs,
    } = session?.hello ?? {};
    const interval = frameIntervalMs === undefined ? {} : { frameIntervalMs };
    return {
      online: session !== undefined,
      lastFrameAtMs: lastFrameUs === undefined ? null : Math.floor(lastFrameUs / 1000),
      fps: session && sending ? session.fps : 0,
      framesDropped,
      framesMended,
      device: session ? { firmware, board, sensor, capabilities, ...interval } : null,
      secure: session?.device?.secure ?? null,
      telemetry,
      roundTripMs: session?.roundTripUs === undefined ? null : session.roundTripUs / 1000,
      ackWindow: session?.ackWindow ?? null,
    };
  }
}
