/**
 * The connection of each camera, whatever its protocol: passes frames on, and counts refusals.
 *
 * Invariants: a camera has one connection, the newest; it is online from the first until the last one ends, and the replacement
 * of a connection is no interruption.
 */

import type { EventEmitter } from 'node:events';
import type { Clock } from '../core/clock.ts';
import type { CameraEvents } from '../core/link/camera-events.ts';
import type { FrameRefusal } from '../core/link/frame-refusal.ts';
import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { CleanJpeg } from '../core/video/clean-jpeg.ts';
import { LogThrottle } from '../core/log-throttle.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { CameraCommands } from './camera-commands.ts';
import type { CameraLink } from './camera-link.ts';
import { CameraRecord, type CameraLinkStatus } from './camera-record.ts';
import { countMended, type DropReason, type MutableIngestCounters } from './ingest-counters.ts';

export interface ConnectedCamerasOptions {
  events: Pick<EventEmitter<CameraEvents>, 'emit'>;
  counters: MutableIngestCounters;
  /** Called with each frame; must not throw. */
  onFrame: (frame: CameraFrame) => void;
  clock: Clock;
  log: Log;
}

const LOG_INTERVAL_US = 30_000_000;

export class ConnectedCameras {
  readonly #options: ConnectedCamerasOptions;
  readonly #throttle = new LogThrottle(LOG_INTERVAL_US);
  readonly #cameras = new Map<string, CameraRecord>();

  constructor(options: ConnectedCamerasOptions) {
    this.#options = options;
  }

  /** For any camera; a camera that never connected is offline. */
  status(cameraId: string, nowUs: number): CameraLinkStatus {
    return (this.#cameras.get(cameraId) ?? new CameraRecord()).status(nowUs);
  }

  recordOf(cameraId: string): CameraRecord | undefined {
    return this.#cameras.get(cameraId);
  }

  /** @throws VigieError `cameraOffline`, `cameraRejected` */
  commandsOf(cameraId: string): CameraCommands {
    const link = this.#cameras.get(cameraId)?.link;
    if (!link) throw new VigieError('cameraOffline', 'the camera is not connected');
    if (!link.commands)
      throw new VigieError(
        'cameraRejected',
        'a program sends the pictures of this camera: it takes no commands',
      );
    return link.commands;
  }

  /** The connection is authenticated. The one before it is closed. */
  connected(cameraId: string, link: CameraLink, address: string): void {
    const { events, counters } = this.#options;
    counters.welcomed++;
    const camera = this.#cameras.get(cameraId) ?? new CameraRecord();
    this.#cameras.set(cameraId, camera);
    const former = camera.link;
    camera.link = link;
    former?.close('replaced', 'the same camera has connected again');
    if (!former) {
      this.say('info', `${cameraId} online`, { cameraId, address }, 'camera online');
      events.emit('online', cameraId);
    }
    events.emit('connected', cameraId);
    if (former) events.emit('replaced', cameraId);
  }

  take(frame: CameraFrame, picture: CleanJpeg): void {
    const camera = this.#cameras.get(frame.cameraId);
    if (!camera) return;
    const { counters, onFrame } = this.#options;
    camera.lastFrameUs = frame.receivedUs;
    camera.droppedInARow = 0;
    if (countMended(picture, counters.mended)) camera.framesMended++;
    counters.frames++;
    counters.jpegBytes += frame.jpeg.length;
    onFrame(frame);
  }

  /** One of its frames was refused; the connection stays. */
  dropped(cameraId: string, { kind, detail }: FrameRefusal<DropReason>): void {
    const camera = this.#cameras.get(cameraId);
    if (!camera) return;
    camera.framesDropped++;
    camera.droppedInARow++;
    this.#options.counters.dropped[kind]++;
    this.#options.events.emit('refused', cameraId, { kind, detail }, camera.droppedInARow);
    this.say('warn', `${cameraId} ${kind}`, { cameraId, reason: kind, detail }, 'frame dropped');
  }

  /** A connection has ended: the camera's, or one that was replaced. */
  ended(cameraId: string, link: CameraLink): void {
    const camera = this.#cameras.get(cameraId);
    if (camera?.link !== link) return;
    camera.link = undefined;
    this.say('info', `${cameraId} offline`, { cameraId }, 'camera offline');
    this.#options.events.emit('offline', cameraId);
  }

  /** Closes the camera's connection, if it has one: its key was rotated, or it was removed. */
  disconnect(cameraId: string, reason: 'keyRotated' | 'removed'): void {
    const detail = reason === 'removed' ? 'the camera was removed' : 'the camera has a new key';
    this.#cameras.get(cameraId)?.link?.close(reason, detail);
    if (reason === 'removed') this.#cameras.delete(cameraId);
  }

  /** @param subject repeated lines about it are logged at intervals, with the number of suppressed ones */
  say(
    level: 'info' | 'warn' | 'error',
    subject: string,
    fields: Record<string, unknown>,
    message: string,
  ): void {
    const suppressed = this.#throttle.pass(subject, this.#options.clock());
    if (suppressed !== undefined)
      this.#options.log[level]({ ...fields, ...(suppressed > 0 && { suppressed }) }, message);
  }
}
