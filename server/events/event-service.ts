/** What happens at the cameras, put together: the log of it, those who write into it, and its pictures. */

import type { KnownCameras } from '../core/cameras.ts';
import { CameraSensor } from './camera-sensor.ts';
import { ConnectionWatch } from './connection-watch.ts';
import { EventLog } from './event-log.ts';
import { EventPictures, type PictureSources } from './event-pictures.ts';
import type { EventStore } from './event-store.ts';
import type { MotionStore } from './motion-store.ts';
import type { SensorStore } from './sensor-store.ts';
import { Sensors } from './sensors.ts';
import type { Log } from '../log.ts';
import type { CameraStatus } from '../wire/camera.ts';
import { MotionWatch, type LumaSource } from './motion-watch.ts';

export interface EventServiceOptions {
  store: { cameras: KnownCameras; events: EventStore; sensors: SensorStore; motion: MotionStore };
  luma: LumaSource;
  pictures: {
    frames: Pick<PictureSources, 'latest'>;
    thumbnails: { of: PictureSources['shrink'] };
  };
  log: Log;
}

/** Each known camera is watched as it is set to, and those that were there before are expected back. */
export class EventService {
  readonly log: EventLog;
  readonly sensors: Sensors;
  readonly motion: MotionWatch;
  readonly #cameraSensor: CameraSensor;
  readonly #connections: ConnectionWatch;
  readonly #pictures: EventPictures;

  constructor({ store, luma, pictures, log }: EventServiceOptions) {
    this.log = new EventLog(store.events, log);
    this.sensors = new Sensors(store.sensors, this.log);
    this.motion = new MotionWatch(luma, this.log, store.motion);
    this.#cameraSensor = new CameraSensor({ events: this.log });
    this.#connections = new ConnectionWatch({ events: this.log });
    this.#pictures = new EventPictures(
      {
        latest: (cameraId) => pictures.frames.latest(cameraId),
        shrink: (frame, width) => pictures.thumbnails.of(frame, width),
      },
      this.log,
      log,
    );
    this.log.on('event', (event) => this.#pictures.onEvent(event));
    for (const { id, kind, lastFrameAt } of store.cameras.list()) {
      this.motion.addCamera(id);
      if (kind !== 'demo' && lastFrameAt !== null) this.#connections.onOffline(id);
    }
  }

  /** It is live, or not any more. */
  onStatus(cameraId: string, status: CameraStatus): void {
    if (status === 'online') return this.#connections.onOnline(cameraId);
    const stalled = status === 'stalled';
    this.motion.onOffline(cameraId);
    // The sensor wired to a camera that is connected still reports.
    if (!stalled) this.#cameraSensor.end(cameraId);
    this.#connections.onOffline(cameraId, stalled ? 'stalled' : 'offline');
  }

  /** @param active whether the sensor wired to the camera sees something now */
  onMotion(cameraId: string, active: boolean): void {
    this.#cameraSensor.onMotion(cameraId, active);
  }

  addCamera(cameraId: string): void {
    this.motion.addCamera(cameraId);
  }

  removeCamera(cameraId: string): void {
    this.motion.forget(cameraId);
    this.#cameraSensor.end(cameraId);
    this.#connections.forget(cameraId);
  }

  /** Idempotent. What goes on ends, but for cameras that are away. */
  close(): void {
    this.motion.close();
    this.#cameraSensor.close();
    this.#connections.close();
    this.#pictures.close();
  }
}
