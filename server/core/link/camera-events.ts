/** What happens on the connections of the cameras: ingest tells it, and the features that look after cameras listen. */

import type { EventEmitter } from 'node:events';
import type { FrameRefusal } from './frame-refusal.ts';
import type { OtaProgressMessage, OtaResultMessage, TelemetryMessage } from '../../wire/camera-protocol.ts';

export interface CameraEvents {
  online: [cameraId: string];
  offline: [cameraId: string];
  telemetry: [cameraId: string, TelemetryMessage];
  /** Its movement sensor sees something, or does no more. */
  motion: [cameraId: string, active: boolean];
  /** Each welcome: also of a connection that replaces another one, which `online` passes over. */
  connected: [cameraId: string];
  /** A connection that was there gave way to a newer one of the same camera. */
  replaced: [cameraId: string];
  /** Somebody came under the id of a camera there is, with another key. Told after they were turned away. */
  keyRejected: [cameraId: string];
  /** A frame or message of it went no further. @param inARow since its last frame that was passed on, with this one */
  refused: [cameraId: string, refusal: FrameRefusal, inARow: number];
  /** Once per connection: how long ago the camera started, by its own clock. */
  clock: [cameraId: string, uptimeMs: number];
  otaProgress: [cameraId: string, OtaProgressMessage];
  otaResult: [cameraId: string, OtaResultMessage];
}

export type CameraSource = Pick<EventEmitter<CameraEvents>, 'on'>;
