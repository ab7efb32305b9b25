/** Events on the cameras' connections: ingest emits them, and the features that look after cameras listen. */

import type { EventEmitter } from 'node:events';
import type { FrameRefusal } from './frame-refusal.ts';
import type { UplinkLowering } from './uplink-lowering.ts';
import type { OtaProgressMessage, OtaResultMessage, TelemetryMessage } from '../../wire/camera-protocol.ts';

export interface CameraEvents {
  online: [cameraId: string];
  offline: [cameraId: string];
  telemetry: [cameraId: string, TelemetryMessage];
  /** The state of its motion sensor has changed. */
  motion: [cameraId: string, active: boolean];
  /** Each welcome: also of a connection that replaces another one, for which there is no `online`. */
  connected: [cameraId: string];
  /** A connection was replaced by a newer one of the same camera. */
  replaced: [cameraId: string];
  /** A client used the id of an existing camera with another key. Emitted after it was refused. */
  keyRejected: [cameraId: string];
  /** A client had a wrong key. @param cameraId the claimed id, if there is such a camera */
  keyRefused: [address: string, cameraId: string | undefined];
  /** One of its frames or messages was refused. @param inARow since its last accepted frame, with this one */
  refused: [cameraId: string, refusal: FrameRefusal, inARow: number];
  /** Once per connection: the camera's uptime, by its own clock. */
  clock: [cameraId: string, uptimeMs: number];
  /** Its clock contradicted itself. */
  clockFault: [cameraId: string];
  /** Its picture settings were lowered to fit its uplink, raised again, or are what the owner wants: null. */
  uplink: [cameraId: string, UplinkLowering | null];
  otaProgress: [cameraId: string, OtaProgressMessage];
  otaResult: [cameraId: string, OtaResultMessage];
}

export type CameraSource = Pick<EventEmitter<CameraEvents>, 'on'>;
