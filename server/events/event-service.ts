/** The events feature: the log, its writers, and thumbnails. */

import type { KnownCameras } from '../core/cameras.ts';
import type { Liveness } from '../core/link/camera-liveness.ts';
import { unmappedTime, type ClockChange, type SiteTime } from '../core/site-clock.ts';
import type { CameraFrames } from '../core/video/camera-frame.ts';
import type { OffView } from '../wire/camera-switch.ts';
import { CameraSensor } from './camera-sensor.ts';
import { ConnectionWatch } from './connection-watch.ts';
import { DetectionPictures, type DetectionPicturesOptions } from './detection-pictures.ts';
import { Detections } from './detections.ts';
import { EventLog } from './event-log.ts';
import { EventPictures, type PictureSources } from './event-pictures.ts';
import type { EventStore } from './event-store.ts';
import type { MotionStore } from './motion-store.ts';
import type { SensorStore } from './sensor-store.ts';
import { Sensors } from './sensors.ts';
import { SwitchWatch } from './switch-watch.ts';
import type { Log } from '../log.ts';
import { MotionWatch, type LumaSource } from './motion-watch.ts';

export interface EventServiceOptions {
  store: { cameras: KnownCameras; events: EventStore; sensors: SensorStore; motion: MotionStore };
  luma: LumaSource;
  pictures: {
    frames: Pick<PictureSources, 'sound'> & Pick<CameraFrames, 'subscribe' | 'latest'>;
    thumbnails: { of: PictureSources['shrink'] };
  };
  /** Scales exactly the given frame. */
  scaler: Pick<DetectionPicturesOptions, 'scaleFrame'>;
  /** Undefined: every camera is as fast as usual. */
  liveness?: (cameraId: string) => Pick<Liveness, 'staleAfterMs'>;
  /** Why a camera is switched off for privacy; left out: none is. */
  offOf?: (cameraId: string) => OffView | null;
  log: Log;
  time?: SiteTime;
}

/** Watches each known camera with its settings, and expects cameras that were connected before. */
export class EventService {
  readonly log: EventLog;
  readonly sensors: Sensors;
  readonly motion: MotionWatch;
  readonly detections: Detections;
  readonly #cameraSensor: CameraSensor;
  readonly #connections: ConnectionWatch;
  readonly #pictures: EventPictures;
  readonly #switches: SwitchWatch;
  readonly #offOf: (cameraId: string) => OffView | null;

  constructor(options: EventServiceOptions) {
    const { store, luma, pictures, liveness, log, time = unmappedTime() } = options;
    this.log = new EventLog(store.events, log, time);
    this.#offOf = options.offOf ?? (() => null);
    this.sensors = new Sensors(store.sensors, this.log, time, (cameraId) => this.#offOf(cameraId) !== null);
    this.#switches = new SwitchWatch({ events: this.log, time });
    this.motion = new MotionWatch(luma, this.log, store.motion, time);
    this.#cameraSensor = new CameraSensor({ events: this.log, time });
    this.#connections = new ConnectionWatch({ events: this.log, time });
    this.#pictures = new EventPictures(
      {
        sound: (cameraId) => pictures.frames.sound(cameraId),
        shrink: (frame, width) => pictures.thumbnails.of(frame, width),
        staleAfterMs: (cameraId) => liveness?.(cameraId).staleAfterMs ?? 0,
      },
      this.log,
      log,
      () => time.nowUs(),
    );
    this.log.on('event', (event) => this.#pictures.onEvent(event));
    const isOff = (cameraId: string): boolean => this.#offOf(cameraId) !== null;
    this.detections = new Detections({
      events: this.log,
      frames: pictures.frames,
      pictures: new DetectionPictures({
        scaleFrame: (frame, width) => options.scaler.scaleFrame(frame, width),
        store: (event, jpeg) => this.log.illustrate(event, jpeg, true),
        isOff,
        log,
      }),
      areasOf: (cameraId) => this.motion.settingsOf(cameraId),
      isOff,
      time,
      log,
    });
    for (const { id, kind, lastFrameAtMs } of store.cameras.list()) {
      this.motion.addCamera(id);
      if (kind !== 'demo' && lastFrameAtMs !== null) this.#connections.onOffline(id);
      this.switchCamera(id);
    }
  }

  onClockChanged(change: ClockChange): void {
    this.log.onClockChanged(change);
  }

  /** A camera's liveness has changed. A connection without a picture neither ends nor begins an absence. */
  onLiveness(cameraId: string, { status, awaited }: Pick<Liveness, 'status' | 'awaited'>): void {
    if (awaited || status === 'off') return;
    if (status === 'online') return this.#connections.onOnline(cameraId);
    const stalled = status === 'stalled';
    this.motion.onOffline(cameraId);
    // The sensor wired to a camera that is connected still reports.
    if (!stalled) this.#cameraSensor.end(cameraId);
    this.#connections.onOffline(cameraId, stalled ? 'stalled' : 'offline');
  }

  /** @param active state of the sensor wired to the camera */
  onMotion(cameraId: string, active: boolean): void {
    if (this.#offOf(cameraId) === null) this.#cameraSensor.onMotion(cameraId, active);
  }

  addCamera(cameraId: string): void {
    this.switchCamera(cameraId);
  }

  /** A camera that is switched off has no motion and does not count as offline; being off is an event of its own. */
  switchCamera(cameraId: string): void {
    const off = this.#offOf(cameraId);
    this.#switches.onSwitched(cameraId, off);
    if (!off) return this.motion.addCamera(cameraId);
    this.detections.forget(cameraId);
    this.motion.forget(cameraId);
    this.#cameraSensor.end(cameraId);
    this.#connections.onOnline(cameraId);
  }

  removeCamera(cameraId: string): void {
    this.#switches.forget(cameraId);
    this.detections.forget(cameraId);
    this.motion.forget(cameraId);
    this.#cameraSensor.end(cameraId);
    this.#connections.forget(cameraId);
  }

  /** Idempotent. Ends continuing events, except of offline cameras. */
  close(): void {
    this.detections.close();
    this.motion.close();
    this.#cameraSensor.close();
    this.#connections.close();
    this.#pictures.close();
  }
}
