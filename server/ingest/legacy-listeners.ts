/**
 * Ports for legacy cameras, one camera each, numbered from a first port. Opt-in: their protocol is fit for a trusted LAN
 * only, and the log says so.
 *
 * Invariant: either every port is open or none is.
 */

import { EventEmitter } from 'node:events';
import type { CameraFrame } from '../core/video/camera-frame.ts';
import { serverClock, type Clock } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { CameraLinkStatus } from './camera-record.ts';
import { LegacyCredentials } from './legacy-credentials.ts';
import { LegacyListener, type LegacyCounters, type LegacyEvents } from './legacy-listener.ts';

export interface LegacyListenersOptions {
  /** Port of the first camera; each next camera's is one higher. 0: free ports, for tests. */
  startPort: number;
  /** One per port, in order. */
  cameraIds: readonly string[];
  /** In plain text, as configured in the firmware; neither may be empty. */
  username: string;
  password: string;
  host?: string;
  onFrame: (frame: CameraFrame) => void;
  /** Whether a camera's frames may exceed the usual limits; no camera's may when left out. */
  allowsLargePictures?: (cameraId: string) => boolean;
  /** The time between a camera's pictures, ms, if it is set. */
  pictureIntervalOf?: (cameraId: string) => number | undefined;
  log: Log;
  clock?: Clock;
  silenceTimeoutMs?: number;
}

/** Several pings are not answered in it; a camera that disappears is stalled after seconds. */
const SILENCE_TIMEOUT_MS = 60_000;
const HIGHEST_PORT = 65_535;

export class LegacyListeners extends EventEmitter<LegacyEvents> {
  readonly #log: Log;
  readonly #listeners: LegacyListener[];

  /** @throws VigieError `configuration` */
  constructor(options: LegacyListenersOptions) {
    super();
    const { startPort, cameraIds, username, password, host, clock = serverClock } = options;
    if (username === '' || password === '')
      throw new VigieError('configuration', 'the legacy cameras need a user name and a password');
    if (startPort + cameraIds.length - 1 > HIGHEST_PORT)
      throw new VigieError('configuration', `${cameraIds.length} ports from ${startPort} on are too many`);
    this.#log = options.log.child({ component: 'cameras' });
    const credentials = new LegacyCredentials(username, password);
    this.#listeners = cameraIds.map((cameraId, index) => {
      const listener = new LegacyListener({
        cameraId,
        port: startPort === 0 ? 0 : startPort + index,
        ...(host !== undefined && { host }),
        credentials,
        allowsLargePictures: () => options.allowsLargePictures?.(cameraId) ?? false,
        pictureIntervalMs: () => options.pictureIntervalOf?.(cameraId),
        onFrame: options.onFrame,
        log: this.#log,
        clock,
        silenceTimeoutMs: options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS,
      });
      listener.on('online', (id) => this.emit('online', id));
      listener.on('offline', (id) => this.emit('offline', id));
      listener.on('connected', (id) => this.emit('connected', id));
      listener.on('replaced', (id) => this.emit('replaced', id));
      listener.on('refused', (...refused) => this.emit('refused', ...refused));
      return listener;
    });
  }

  /** The open ports, in the order of the cameras. */
  get ports(): number[] {
    return this.#listeners.map(({ port }) => port);
  }

  /** @throws VigieError `configuration`, one line, when a port is not available; then none stays open */
  async listen(): Promise<void> {
    const results = await Promise.allSettled(this.#listeners.map((listener) => listener.listen()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) {
      this.close();
      throw failed.reason;
    }
    this.#log.warn(
      { ports: this.ports },
      'legacy listeners opened: cameras send their password unprotected, so keep these ports inside a trusted LAN. ' +
        'To move on, add the camera on the web page and give it the firmware that comes with Vigie',
    );
  }

  has(cameraId: string): boolean {
    return this.#listeners.some((one) => one.cameraId === cameraId);
  }

  status(
    cameraId: string,
  ): Pick<CameraLinkStatus, 'online' | 'lastFrameAtMs' | 'fps' | 'framesDropped' | 'framesMended'> {
    const listener = this.#listeners.find((one) => one.cameraId === cameraId);
    const dropped = Object.values(listener?.counters.dropped ?? {});
    return {
      online: listener?.online ?? false,
      lastFrameAtMs: listener?.lastFrameUs === undefined ? null : Math.floor(listener.lastFrameUs / 1000),
      fps: listener?.fps ?? 0,
      framesDropped: dropped.reduce((sum, count) => sum + count, 0),
      framesMended: listener?.framesMended ?? 0,
    };
  }

  /** Per camera id. */
  get counters(): ReadonlyMap<string, LegacyCounters> {
    return new Map(this.#listeners.map(({ cameraId, counters }) => [cameraId, counters]));
  }

  /** Idempotent. */
  close(): void {
    for (const listener of this.#listeners) listener.close();
  }
}
