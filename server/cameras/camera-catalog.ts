/**
 * The cameras as users see them: the stored state, joined with the current connections.
 *
 * Invariant: every change of the catalog is reported by `changed`, after it is stored.
 */

import { wallMs } from '../core/clock.ts';
import type { Access } from '../accounts/access.ts';
import { findCamera, type CameraFigures, type KnownCamera } from '../core/cameras.ts';
import { IsolatingEmitter } from '../core/fan-out.ts';
import { isGranted, type Holder } from '../core/grant.ts';
import { livenessView, NEVER_SEEN, type Liveness } from '../core/link/camera-liveness.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { unmappedTime, type Dates } from '../core/site-clock.ts';
import { cameraFigures } from './camera-figures.ts';
import type { CameraStore } from './camera-store.ts';
import type {
  CameraAdvice,
  CameraConnectionView,
  CameraDetails,
  CameraAttempts,
  CameraRefusals,
  CameraView,
  CameraWithKey,
} from '../wire/camera.ts';
import type { OffView } from '../wire/camera-switch.ts';
import type { RecordingsFate } from '../wire/recording.ts';
import { ofCamera, type AdjustableSettings } from '../wire/camera-settings.ts';
import { RIGHTS, type Right } from '../wire/rights.ts';
import type { CameraControl } from './camera-control.ts';

export interface CameraCatalogOptions {
  store: CameraStore;
  access: Access;
  control: CameraControl;
  /** Whether a camera is live, of any id; undefined: no camera ever connected. */
  livenessOf?: (cameraId: string) => Liveness;
  /** Date of a moment of server time; server time itself when left out. */
  dates?: Dates;
  /** Advice about a camera with a problem; undefined: no advice. */
  adviceFor?: (cameraId: string) => CameraAdvice[];
  /** Frames of the camera that were dropped; if missing, they are not counted. */
  refusalsOf?: (cameraId: string) => CameraRefusals;
  /** Who tried to connect as the camera; if missing, it is not told. */
  attemptsOf?: (cameraId: string) => CameraAttempts;
  /** Why a camera is switched off for privacy; if missing, no camera is. */
  offOf?: (cameraId: string) => OffView | null;
  log: Log;
}

export type CatalogChange = 'added' | 'renamed' | 'keyRotated' | 'removed';

export interface CatalogEvents {
  /** @param recordings handles the recordings of a removed camera */
  changed: [cameraId: string, change: CatalogChange, recordings?: RecordingsFate];
}

export class CameraCatalog extends IsolatingEmitter<CatalogEvents> {
  readonly #store: CameraStore;
  readonly #access: Access;
  readonly #control: CameraControl;
  readonly #livenessOf: (cameraId: string) => Liveness;
  readonly #dates: Dates;
  readonly #adviceFor: (cameraId: string) => CameraAdvice[];
  readonly #offOf: (cameraId: string) => OffView | null;
  readonly #refusalsOf: ((cameraId: string) => CameraRefusals) | undefined;
  readonly #attemptsOf: ((cameraId: string) => CameraAttempts) | undefined;

  constructor(options: CameraCatalogOptions) {
    const { store, access, control, livenessOf = () => NEVER_SEEN, dates = unmappedTime() } = options;
    const { adviceFor = () => [], refusalsOf, offOf = () => null, log } = options;
    super((error, event) => log.error({ err: error, event }, 'failed to pass on a change of the cameras'));
    this.#store = store;
    this.#access = access;
    this.#control = control;
    this.#livenessOf = livenessOf;
    this.#dates = dates;
    this.#adviceFor = adviceFor;
    this.#refusalsOf = refusalsOf;
    this.#attemptsOf = options.attemptsOf;
    this.#offOf = offOf;
  }

  /** The cameras to which the caller has any right. */
  viewsFor(holder: Holder): CameraView[] {
    const advised = this.#access.isAdministrator(holder);
    return this.#store
      .listWithRights(holder.userId)
      .map((camera) => ({
        ...camera,
        rights: camera.rights.filter((right) => isGranted(holder.grant, right, camera.id)),
      }))
      .filter(({ rights }) => rights.length > 0)
      .map(({ rights, ...camera }) => (advised ? this.#advisedView(camera) : this.#view(camera, rights)));
  }

  /** The figures of every camera, for the server's metrics. */
  figures(): CameraFigures[] {
    const figuresOf = (camera: KnownCamera): CameraFigures =>
      cameraFigures(this.#view(camera, []), this.#control.status(camera.id), this.#refusalsOf?.(camera.id));
    return this.#store.list().map(figuresOf);
  }

  /** With the state of its connection: telemetry, round trip, counters. */
  details(id: string, holder: Holder): CameraDetails {
    const camera = this.#find(id);
    const advised = this.#access.isAdministrator(holder);
    const { telemetry, uplink, lastFrameAtMs: _, ...connection } = this.#control.status(id);
    return {
      ...connection,
      ...(telemetry !== undefined && { telemetry: telemetry && telemetryView(telemetry) }),
      ...(uplink !== undefined && { uplink: uplink && this.#uplinkView(uplink) }),
      ...(advised ? this.#advisedView(camera) : this.#view(camera, this.#access.rightsTo(holder, id))),
      ...(advised && this.#refusalsOf && { refusals: this.#refusalsOf(id) }),
      ...(advised && this.#attemptsOf && { attempts: this.#attemptsOf(id) }),
    };
  }

  async add(name: string): Promise<CameraWithKey> {
    const camera = await this.#store.add(name, 'v1', wallMs());
    this.emit('changed', camera.id, 'added');
    return this.#withKey(camera, this.#store.keyOf(camera.id));
  }

  /** @throws VigieError `notFound`, like the following methods */
  async rename(id: string, name: string): Promise<CameraView> {
    this.#find(id);
    await this.#store.rename(id, name);
    this.emit('changed', id, 'renamed');
    return this.#view(this.#find(id), RIGHTS);
  }

  /** @throws VigieError `notFound` */
  assertKnown(id: string): void {
    this.#find(id);
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

  /** The old key becomes invalid, and the camera's connection is closed. */
  async rotateKey(id: string): Promise<CameraWithKey> {
    this.assertHasKey(id);
    const camera = this.#find(id);
    const key = await this.#store.rotateKey(id);
    this.#control.disconnect(id, 'keyRotated');
    this.emit('changed', id, 'keyRotated');
    return this.#withKey(camera, key);
  }

  /** With its events; protected recordings are kept in either case. */
  async remove(id: string, recordings: RecordingsFate = 'kept'): Promise<void> {
    const camera = this.#find(id);
    if (camera.kind === 'seed')
      throw new VigieError(
        'conflict',
        'this camera comes from server-config.json: lower camera-number there',
      );
    // Another request has removed and reported it at the same moment.
    if (!(await this.#store.remove(id, wallMs()))) return;
    this.#control.disconnect(id, 'removed');
    this.emit('changed', id, 'removed', recordings);
  }

  /** The changed settings; the camera chooses the others. @throws VigieError `notFound` */
  settings(id: string): AdjustableSettings {
    return this.#store.adjustedOf(this.#find(id).id);
  }

  /**
   * Also stored for the camera's next connection. Settings that only the server uses need no connected camera.
   *
   * @throws VigieError like `CameraControl.set`
   */
  async set(id: string, settings: AdjustableSettings): Promise<void> {
    const camera = this.#find(id);
    const sent = ofCamera(settings);
    if (Object.keys(sent).length > 0) {
      if (camera.kind === 'seed')
        throw new VigieError('conflict', 'cameras with the older firmware take no settings');
      await this.#control.set(id, sent);
    }
    await this.#store.changeSettings(id, settings);
    if (settings.pictureIntervalMs !== undefined) this.#control.updatePace?.(id);
    if (settings.adaptToConnection !== undefined) this.#control.updateAdapting?.(id);
  }

  /** @throws VigieError like `CameraControl.reboot` */
  async reboot(id: string): Promise<void> {
    if (this.#find(id).kind === 'seed')
      throw new VigieError('conflict', 'cameras with the older firmware take no commands');
    await this.#control.reboot(id);
  }

  #find(id: string): KnownCamera {
    return findCamera(this.#store, id);
  }

  /** @param rights of the user who reads it */
  #view({ id, name, kind, createdAtMs }: KnownCamera, rights: readonly Right[]): CameraView {
    const liveness = livenessView(this.#livenessOf(id), (us) => this.#dates.dateMs(us));
    const off = this.#offOf(id);
    return { id, name, kind, ...liveness, createdAtMs, rights: [...rights], ...(off && { off }) };
  }

  /** For administrators. */
  #advisedView(camera: KnownCamera): CameraView {
    const advice = this.#adviceFor(camera.id);
    return { ...this.#view(camera, RIGHTS), ...(advice.length > 0 && { advice }) };
  }

  #uplinkView(uplink: NonNullable<CameraConnectionView['uplink']>): typeof uplink {
    const { loweredSinceMs } = uplink;
    if (loweredSinceMs === null) return uplink;
    return { ...uplink, loweredSinceMs: Math.floor(this.#dates.dateMs(loweredSinceMs * 1000)) };
  }

  #withKey(camera: KnownCamera, key: Uint8Array | undefined): CameraWithKey {
    if (!key) throw new VigieError('notFound', 'there is no such camera');
    return { ...this.#view(camera, RIGHTS), key: Buffer.from(key).toString('base64url') };
  }
}

/** Fields of the camera protocol only, such as the type of the message, are left out. */
function telemetryView(telemetry: NonNullable<CameraConnectionView['telemetry']>): typeof telemetry {
  const { rssi, heap, psram, fps, drops, sendStalls, resetReason } = telemetry;
  return { rssi, heap, psram, fps, drops, ...(sendStalls !== undefined && { sendStalls }), resetReason };
}
