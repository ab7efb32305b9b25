/**
 * A camera without hardware: pictures, a shutter, and a connection that is always re-established.
 *
 * Invariant: pictures are made only while a connection takes them; at any time there is one connection, or one timer
 * that will open the next.
 */

import type { EventEmitter } from 'node:events';
import { getHeapStatistics } from 'node:v8';
import { monotonicMs } from '../core/clock.ts';
import { Backoff } from '../core/backoff.ts';
import { CAMERA_CLOSE, type TelemetryMessage } from '../wire/camera-protocol.ts';
import { type CameraSettings } from '../wire/camera-settings.ts';
import type { ConnectionEvents } from './v1-connection.ts';
import { FrameTicker, type CapturedFrame } from './frame-ticker.ts';
import type { PictureSource } from './picture-source.ts';

/** The common part of the two protocols. */
export interface Connection extends EventEmitter<ConnectionEvents> {
  /** Whether a frame was acknowledged, so that the connection counts as a success. */
  readonly acknowledged: boolean;
  readonly framesSent: number;
  readonly passedOver: number;
  offer(frame: CapturedFrame): void;
  /** Only protocol v1 has motion sensors. */
  sense?(motion: boolean): void;
  close(): void;
}

export interface VirtualCameraOptions {
  source: PictureSource;
  fps: number;
  /** Makes the next connection. */
  connect: (camera: VirtualCamera) => Connection;
  /** Prints one line about the progress. */
  report: (line: string) => void;
}

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;
/** Close codes after which it reconnects slowly: another camera uses the id, or an administrator has decided. */
const PATIENT_CODES: ReadonlySet<number> = new Set([
  CAMERA_CLOSE.unauthorized,
  CAMERA_CLOSE.replaced,
  CAMERA_CLOSE.removed,
  CAMERA_CLOSE.keyRotated,
]);

export class VirtualCamera {
  readonly #options: VirtualCameraOptions;
  readonly #ticker: FrameTicker;
  readonly #backoff = new Backoff(FIRST_RETRY_MS, MAX_RETRY_MS);
  #connection: Connection | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;
  #resetReason = 'power-on';
  #framesAtTelemetry = 0;
  #telemetryAtMs = monotonicMs();
  #motion = false;

  constructor(options: VirtualCameraOptions) {
    this.#options = options;
    this.#ticker = new FrameTicker(options.source, options.fps, (frame) => this.#connection?.offer(frame));
  }

  start(): void {
    if (!this.#closed && !this.#connection) this.#connect();
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#ticker.stop();
    this.#connection?.close();
    this.#options.source.close();
  }

  async apply(settings: CameraSettings): Promise<string | undefined> {
    const refusal = await this.#options.source.apply(settings);
    if (refusal === undefined && settings.maxFps !== undefined) this.#ticker.fps = settings.maxFps;
    return refusal;
  }

  /** State of its motion sensor. */
  get motion(): boolean {
    return this.#motion;
  }

  sense(motion: boolean): void {
    this.#motion = motion;
    this.#connection?.sense?.(motion);
  }

  telemetry(): Omit<TelemetryMessage, 'type' | 'drops' | 'sendStalls'> {
    const framesSent = this.#connection?.framesSent ?? 0;
    const nowMs = monotonicMs();
    const fps = ((framesSent - this.#framesAtTelemetry) * 1000) / Math.max(1, nowMs - this.#telemetryAtMs);
    this.#framesAtTelemetry = framesSent;
    this.#telemetryAtMs = nowMs;
    return {
      // There is no radio: the value of a camera next to its access point.
      rssi: -40,
      heap: getHeapStatistics().total_available_size,
      psram: 0,
      fps: Math.round(fps * 10) / 10,
      resetReason: this.#resetReason,
    };
  }

  #connect(): void {
    const { report, connect } = this.#options;
    const connection = connect(this);
    this.#connection = connection;
    this.#framesAtTelemetry = 0;
    connection.on('online', () => {
      report('online');
      this.#ticker.start();
    });
    connection.on('reboot', () => {
      this.#resetReason = 'software';
    });
    connection.on('updated', (version) => {
      this.#resetReason = 'software';
      report(`updated to ${version}`);
    });
    connection.on('closed', (reason, code) => {
      this.#connection = undefined;
      this.#ticker.stop();
      if (this.#closed) return;
      if (connection.acknowledged && !PATIENT_CODES.has(code)) this.#backoff.reset();
      const delayMs = this.#backoff.nextMs();
      report(`offline: ${reason}; trying again in ${(delayMs / 1000).toFixed(1)} s`);
      this.#retry = setTimeout(() => this.#connect(), delayMs);
    });
  }
}
