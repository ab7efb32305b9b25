/** The server's memory of a camera that has connected since the start, and the part of it that is shown. */

import type { TelemetryMessage } from '../wire/camera-protocol.ts';
import type { CameraConnectionView } from '../wire/camera.ts';
import type { CameraLink, CameraSelf } from './camera-link.ts';

export interface CameraLinkStatus {
  online: boolean;
  /** Server time, ms; null before the first frame since the server started. */
  lastFrameAtMs: number | null;
  /** Frames arriving per second, 0 while none arrive. */
  fps: number;
  framesDropped: number;
  /** Frames whose JPEG was mended. */
  framesMended: number;
  /** Declared in its hello; null while offline. */
  device: CameraSelf | null;
  /** Whether it is connected over TLS; null while offline. */
  secure: boolean | null;
  /** The latest, also while offline; null before the first. */
  telemetry: TelemetryMessage | null;
  /** The smallest measured; null while offline. */
  roundTripMs: number | null;
  /** Frames that it may have unacknowledged; null while offline. */
  ackWindow: number | null;
  /** Null while offline; left out for a camera whose settings cannot be changed. Times are server time, ms. */
  uplink?: NonNullable<CameraConnectionView['uplink']> | null;
}

/** A camera whose last frame is older than this counts as sending none. */
const FRAME_STALE_US = 2_000_000;

export class CameraRecord {
  link: CameraLink | undefined;
  lastFrameUs: number | undefined;
  framesDropped = 0;
  framesMended = 0;
  /** Frames dropped since the last accepted one. */
  droppedInARow = 0;
  telemetry: TelemetryMessage | null = null;

  status(nowUs: number): CameraLinkStatus {
    const { link, lastFrameUs, framesDropped, framesMended, telemetry } = this;
    const sending = lastFrameUs !== undefined && nowUs - lastFrameUs < FRAME_STALE_US;
    const { firmware = '', board = '', sensor = '', capabilities = [], frameIntervalMs } = link?.hello ?? {};
    const interval = frameIntervalMs === undefined ? {} : { frameIntervalMs };
    return {
      online: link !== undefined,
      lastFrameAtMs: lastFrameUs === undefined ? null : Math.floor(lastFrameUs / 1000),
      fps: link && sending ? link.fps : 0,
      framesDropped,
      framesMended,
      device: link ? { firmware, board, sensor, capabilities, ...interval } : null,
      secure: link?.device?.secure ?? null,
      telemetry,
      roundTripMs: link?.roundTripUs === undefined ? null : link.roundTripUs / 1000,
      ackWindow: link?.ackWindow ?? null,
    };
  }
}
