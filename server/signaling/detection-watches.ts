/**
 * The cameras whose detections one viewer sees over the live picture.
 *
 * Invariants: a report is sent only while the viewer has both rights, `live` and `events`; on a slow line reports are skipped,
 * because pictures have priority.
 */

import type { WebSocket } from 'ws';
import { VigieError } from '../errors.ts';
import type { LiveDetections } from '../wire/detection.ts';
import type { NotificationMessage } from '../wire/signaling.ts';
import type { ViewerRights } from './viewer-rights.ts';

const MAX_CAMERAS = 256;
/** Limit of data waiting in the socket: about one picture. */
const SLOW_BYTES = 64 * 1024;

export class DetectionWatches {
  readonly #rights: Pick<ViewerRights, 'may' | 'assertMay'>;
  readonly #socket: Pick<WebSocket, 'bufferedAmount'>;
  readonly #cameraIds = new Set<string>();

  constructor(rights: Pick<ViewerRights, 'may' | 'assertMay'>, socket: Pick<WebSocket, 'bufferedAmount'>) {
    this.#rights = rights;
    this.#socket = socket;
  }

  /** @throws VigieError `notFound`, `forbidden`; `tooManyRequests` for more cameras than a page shows */
  set(cameraId: string, enabled: boolean): void {
    if (!enabled) return void this.#cameraIds.delete(cameraId);
    this.#rights.assertMay('live', cameraId);
    if (this.#cameraIds.size >= MAX_CAMERAS && !this.#cameraIds.has(cameraId))
      throw new VigieError('tooManyRequests', `detections of at most ${MAX_CAMERAS} cameras at once`);
    this.#cameraIds.add(cameraId);
  }

  /** @returns what to send; undefined: nothing */
  notificationOf(data: LiveDetections): NotificationMessage | undefined {
    const { cameraId } = data;
    if (!this.#cameraIds.has(cameraId) || this.#socket.bufferedAmount > SLOW_BYTES) return undefined;
    if (!this.#rights.may('live', cameraId) || !this.#rights.may('events', cameraId)) return undefined;
    return { type: 'notification', method: 'detections', data };
  }
}
