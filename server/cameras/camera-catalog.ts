/**
 * The cameras as users see them: what the store knows, joined with what is connected right now.
 *
 * Invariant: whatever changes the catalog tells it by `changed`, after it is stored.
 */

import type { Access } from '../accounts/access.ts';
import { findCamera, type KnownCamera } from '../core/cameras.ts';
import { IsolatingEmitter } from '../core/fan-out.ts';
import { livenessView, NEVER_SEEN, type Liveness } from '../core/link/camera-liveness.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { CameraStore } from './camera-store.ts';
import type {
  CameraAdvice,
  CameraConnection,
  CameraDetails,
  CameraView,
  CameraWithKey,
} from '../wire/camera.ts';
import type { CameraSettings } from '../wire/camera-settings.ts';

/** What the API asks of the cameras that are connected; main connects it. */
export interface CameraControl {
  /** The connection of any id, known or not. */
  status(cameraId: string): CameraConnection;
  /** @throws VigieError `cameraOffline`, `cameraRejected`, `unavailable`, `tooManyRequests` */
  set(cameraId: string, settings: CameraSettings): Promise<void>;
  /** Resolves when the camera has agreed to. @throws VigieError as `set` */
  reboot(cameraId: string): Promise<void>;
  disconnect(cameraId: string, reason: 'removed' | 'keyRotated'): void;
}

export interface CameraCatalogOptions {
  store: CameraStore;
  access: Access;
  control: CameraControl;
  /** Whether a camera is live, of any id; none was ever here when left out. */
  livenessOf?: (cameraId: string) => Liveness;
  /** What to do about a camera that does not fare well; nobody advises when left out. */
  adviceFor?: (cameraId: string) => CameraAdvice[];
  log: Log;
}

export type CatalogChange = 'added' | 'renamed' | 'keyRotated' | 'removed';

export class CameraCatalog extends IsolatingEmitter<{ changed: [cameraId: string, change: CatalogChange] }> {
  readonly #store: CameraStore;
  readonly #access: Access;
  readonly #control: CameraControl;
  readonly #livenessOf: (cameraId: string) => Liveness;
  readonly #adviceFor: (cameraId: string) => CameraAdvice[];

  constructor(options: CameraCatalogOptions) {
    const { store, access, control, livenessOf = () => NEVER_SEEN, adviceFor = () => [], log } = options;
    super((error, event) => log.error({ err: error, event }, 'failed to pass on a change of the cameras'));
    this.#store = store;
    this.#access = access;
    this.#control = control;
    this.#livenessOf = livenessOf;
    this.#adviceFor = adviceFor;
  }

  viewsFor(userId: string): CameraView[] {
    const advised = this.#access.isAdministrator(userId);
    return this.#store
      .listOf(userId)
      .map((camera) => (advised ? this.#advisedView(camera) : this.#view(camera)));
  }

  /** With everything that is known of its connection: telemetry, round trip, counters. */
  details(id: string, userId: string): CameraDetails {
    const camera = this.#find(id);
    const advised = this.#access.isAdministrator(userId);
    const { telemetry, lastFrameAt: _, ...connection } = this.#control.status(id);
    return {
      ...connection,
      ...(telemetry !== undefined && { telemetry: telemetry && telemetryView(telemetry) }),
      ...(advised ? this.#advisedView(camera) : this.#view(camera)),
    };
  }

  async add(name: string): Promise<CameraWithKey> {
    const camera = await this.#store.add(name, 'v1', Date.now());
    this.emit('changed', camera.id, 'added');
    return this.#withKey(camera, this.#store.keyOf(camera.id));
  }

  /** @throws VigieError `notFound`; so do the next ones */
  async rename(id: string, name: string): Promise<CameraView> {
    this.#find(id);
    await this.#store.rename(id, name);
    this.emit('changed', id, 'renamed');
    return this.#view(this.#find(id));
  }

  /** @throws VigieError `notFound`, `conflict` */
  assertHasKey(id: string): void {
    const { kind } = this.#find(id);
    if (kind !== 'v1')
      throw new VigieError(
        'conflict',
        kind === 'demo'
          ? 'the demo camera is run by the server itself'
          : 'cameras with the older firmware have no key',
      );
  }

  /** The old key is worth nothing from now on, and whoever is connected by it is disconnected. */
  async rotateKey(id: string): Promise<CameraWithKey> {
    this.assertHasKey(id);
    const camera = this.#find(id);
    const key = await this.#store.rotateKey(id);
    this.#control.disconnect(id, 'keyRotated');
    this.emit('changed', id, 'keyRotated');
    return this.#withKey(camera, key);
  }

  async remove(id: string): Promise<void> {
    const camera = this.#find(id);
    if (camera.kind === 'seed')
      throw new VigieError(
        'conflict',
        'this camera comes from server-config.json: lower camera-number there',
      );
    // Somebody else has removed it at the same moment, and told so.
    if (!(await this.#store.remove(id))) return;
    this.#control.disconnect(id, 'removed');
    this.emit('changed', id, 'removed');
  }

  /** What an administrator has changed; the rest is the camera's own choice. @throws VigieError `notFound` */
  settings(id: string): CameraSettings {
    return this.#store.settingsOf(this.#find(id).id);
  }

  /** Kept, too, for the next time the camera connects. @throws VigieError as `CameraControl.set` */
  async set(id: string, settings: CameraSettings): Promise<void> {
    const camera = this.#find(id);
    if (camera.kind === 'seed')
      throw new VigieError('conflict', 'cameras with the older firmware take no settings');
    await this.#control.set(id, settings);
    await this.#store.changeSettings(id, settings);
  }

  /** @throws VigieError as `CameraControl.reboot` */
  async reboot(id: string): Promise<void> {
    if (this.#find(id).kind === 'seed')
      throw new VigieError('conflict', 'cameras with the older firmware take no commands');
    await this.#control.reboot(id);
  }

  #find(id: string): KnownCamera {
    return findCamera(this.#store, id);
  }

  #view({ id, name, kind, createdAt }: KnownCamera): CameraView {
    return { id, name, kind, ...livenessView(this.#livenessOf(id)), createdAt };
  }

  #advisedView(camera: KnownCamera): CameraView {
    const advice = this.#adviceFor(camera.id);
    return { ...this.#view(camera), ...(advice.length > 0 && { advice }) };
  }

  #withKey(camera: KnownCamera, key: Uint8Array | undefined): CameraWithKey {
    if (!key) throw new VigieError('notFound', 'there is no such camera');
    return { ...this.#view(camera), key: Buffer.from(key).toString('base64url') };
  }
}

/** Fields that only the camera protocol needs, such as the type of the message, stay inside. */
function telemetryView(telemetry: NonNullable<CameraConnection['telemetry']>): typeof telemetry {
  const { rssi, heap, psram, fps, drops, sendStalls, resetReason } = telemetry;
  return { rssi, heap, psram, fps, drops, ...(sendStalls !== undefined && { sendStalls }), resetReason };
}
