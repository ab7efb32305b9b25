/**
 * Camera protocol v1: accepts the cameras' WebSockets, keeps one session per camera, and passes their frames on.
 * Source: the protocol in server/wire/camera-protocol.ts and server/wire/frame-header.ts.
 *
 * Invariant: no connection can disturb another.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { CameraFrame } from '../core/video/camera-frame.ts';
import type { CameraEvents } from '../core/link/camera-events.ts';
import type { CameraPublishing, PublishedCamera, Publisher } from '../core/link/publishing.ts';
import { IsolatingEmitter } from '../core/fan-out.ts';
import { serverClock, type Clock } from '../core/clock.ts';
import type { CameraDevice } from '../core/updates/update-obstacles.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { OtaMessage } from '../wire/camera-protocol.ts';
import type { CameraSettings } from '../wire/camera-settings.ts';
import { CameraAuthenticator } from './camera-authenticator.ts';
import type { StartedCommand } from './camera-commands.ts';
import { CameraEndpoint, type CameraEndpointOptions, type OpenedConnection } from './camera-endpoint.ts';
import { CameraSession } from './camera-session.ts';
import { CameraUplink } from './camera-uplink.ts';
import type { CameraLinkStatus } from './camera-record.ts';
import { ConnectedCameras } from './connected-cameras.ts';
import { PublishedLink } from './published-link.ts';
import { StoredCameras, type IngestStore } from './stored-cameras.ts';
import { zeroIngestCounters, type CloseReason, type IngestCounters } from './ingest-counters.ts';

export interface CameraIngestOptions {
  store: IngestStore;
  connectionOf: CameraEndpointOptions['connectionOf'];
  /** Called with each frame; must not throw. */
  onFrame: (frame: CameraFrame) => void;
  log: Log;
  clock?: Clock;
  pendingPlaces?: number;
  handshakeTimeoutMs?: number;
  silenceTimeoutMs?: number;
}

/** Connections that ended because of what the camera sent. */
const VIOLATIONS: ReadonlySet<CloseReason> = new Set(['badMessage', 'badFrame', 'tooLarge']);

export class CameraIngest extends IsolatingEmitter<CameraEvents> implements CameraPublishing {
  readonly #options: CameraIngestOptions;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #stored: StoredCameras;
  readonly #authenticator: CameraAuthenticator;
  readonly #door: CameraEndpoint;
  readonly #counters = zeroIngestCounters();
  readonly #sessions = new Set<CameraSession>();
  readonly #cameras: ConnectedCameras;
  readonly #uplinks = new Map<string, CameraUplink>();

  constructor(options: CameraIngestOptions) {
    const log = options.log.child({ component: 'cameras' });
    super((error, event) => log.error({ err: error, event }, 'failed to handle a camera event'));
    this.#options = options;
    this.#log = log;
    this.#clock = options.clock ?? serverClock;
    this.#stored = new StoredCameras(options.store, log);
    this.#authenticator = new CameraAuthenticator(this.#stored);
    const { connectionOf, pendingPlaces, onFrame } = options;
    this.#cameras = new ConnectedCameras({
      events: this,
      counters: this.#counters,
      onFrame,
      clock: this.#clock,
      log,
    });
    this.#door = new CameraEndpoint({
      connectionOf,
      clock: this.#clock,
      ...(pendingPlaces !== undefined && { pendingPlaces }),
      onOpened: (connection) => this.#open(connection),
      onRefused: (reason, address) => {
        this.#counters.refused[reason]++;
        this.#cameras.say('warn', `${address} ${reason}`, { address, reason }, 'connection refused');
      },
      onDisplaced: (address) => {
        this.#counters.displaced++;
        this.#cameras.say('warn', `${address} displaced`, { address }, 'connection displaced by a newer one');
      },
    });
  }

  get counters(): IngestCounters {
    return this.#counters;
  }

  /** Handles an upgrade request for GET /camera. The socket is always answered or destroyed. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#door.handleUpgrade(request, socket, head);
  }

  /** For any camera; a camera that never connected is offline. */
  status(cameraId: string): CameraLinkStatus {
    const nowUs = this.#clock();
    const status = this.#cameras.status(cameraId, nowUs);
    const uplink = this.#uplinks.get(cameraId)?.status(nowUs);
    return { ...status, ...(uplink !== undefined && { uplink }) };
  }

  /** @throws VigieError `cameraOffline`, `cameraRejected`, `unavailable` or `tooManyRequests` */
  async set(cameraId: string, settings: CameraSettings): Promise<void> {
    this.#cameras.commandsOf(cameraId);
    await this.#uplinkOf(cameraId).setByOwner(settings, this.#clock());
  }

  /** Whether the camera adapts to its connection was set. */
  updateAdapting(cameraId: string): void {
    this.#uplinks.get(cameraId)?.update(this.#clock());
  }

  /** Resolves when the camera has agreed to restart. @throws VigieError as `set` */
  async reboot(cameraId: string): Promise<void> {
    await this.#cameras.commandsOf(cameraId).run({ type: 'reboot' });
  }

  /** The hello of a connected camera; undefined for a camera that is not connected. */
  deviceOf(cameraId: string): CameraDevice | undefined {
    return this.#cameras.recordOf(cameraId)?.link?.device;
  }

  /** Only to a camera that is connected over TLS. @throws VigieError `forbidden`, `cameraOffline`, `tooManyRequests` */
  offerUpdate(cameraId: string, offer: Omit<OtaMessage, 'type' | 'id'>): StartedCommand {
    const commands = this.#cameras.commandsOf(cameraId);
    if (!this.deviceOf(cameraId)?.secure)
      throw new VigieError(
        'forbidden',
        'an update needs wss:, because over ws: anyone on the network could replace it',
      );
    return commands.start({ ...offer, type: 'ota' });
  }

  publish(publisher: Publisher): PublishedCamera {
    const { cameraId, address } = publisher;
    const allowsLargePictures = (): boolean => this.#stored.allowsLargePictures(cameraId);
    const link = new PublishedLink({
      ...publisher,
      cameras: this.#cameras,
      clock: this.#clock,
      allowsLargePictures,
    });
    this.#cameras.connected(cameraId, link, address);
    return link;
  }

  /** Closes the camera's connection, if it has one: its key was rotated, or it was removed. */
  disconnect(cameraId: string, reason: 'keyRotated' | 'removed'): void {
    this.#cameras.disconnect(cameraId, reason);
    if (reason === 'removed') this.#uplinks.delete(cameraId);
  }

  /** Idempotent. Tells every camera that the server stops; cameras reconnect by themselves. */
  close(): void {
    this.#door.close();
    for (const session of this.#sessions) session.close('serverStopping', 'the server is stopping');
  }

  #open({ webSocket, socket, secure, address, place }: OpenedConnection): void {
    const { handshakeTimeoutMs, silenceTimeoutMs } = this.#options;
    const session = new CameraSession({
      webSocket,
      socket,
      secure,
      authenticator: this.#authenticator,
      allowsLargePictures: (cameraId) => this.#stored.allowsLargePictures(cameraId),
      clock: this.#clock,
      onFrame: (frame, picture) => this.#cameras.take(frame, picture),
      uplinkOf: (cameraId) => this.#uplinkOf(cameraId),
      ...(handshakeTimeoutMs !== undefined && { handshakeTimeoutMs }),
      ...(silenceTimeoutMs !== undefined && { silenceTimeoutMs }),
    });
    this.#counters.connections++;
    this.#sessions.add(session);
    session.on('welcomed', () => {
      place.authenticated();
      this.#onWelcomed(session, address);
    });
    session.on('failed', (error) => {
      this.#cameras.say('error', `${address} failed`, { err: error, address }, 'failed to handle a message');
    });
    session.on('closed', (reason, detail) => this.#onClosed(session, address, reason, detail));
  }

  #onWelcomed(session: CameraSession, address: string): void {
    const cameraId = session.hello?.cameraId ?? '';
    session.on('telemetry', (telemetry) => {
      const record = this.#cameras.recordOf(cameraId);
      if (record) record.telemetry = telemetry;
      this.emit('telemetry', cameraId, telemetry);
    });
    session.on('clock', (uptimeMs) => this.emit('clock', cameraId, uptimeMs));
    session.on('clockFault', () => this.emit('clockFault', cameraId));
    session.on('motion', (active) => this.emit('motion', cameraId, active));
    session.on('otaProgress', (message) => this.emit('otaProgress', cameraId, message));
    session.on('otaResult', (message) => this.emit('otaResult', cameraId, message));
    session.on('dropped', (refusal) => this.#cameras.dropped(cameraId, refusal));
    this.#cameras.connected(cameraId, session, address);
  }

  #onClosed(session: CameraSession, address: string, reason: CloseReason, detail: string): void {
    this.#sessions.delete(session);
    this.#counters.closed[reason]++;
    const cameraId = session.hello?.cameraId;
    if (reason !== 'serverStopping') {
      const fields = { cameraId, address, reason, detail };
      const level = reason === 'left' ? 'info' : 'warn';
      this.#cameras.say(level, `${cameraId ?? address} ${reason}`, fields, 'connection closed');
    }
    const { claimedId } = session;
    if (reason === 'unauthorized' && claimedId !== undefined) {
      const known = this.#authenticator.isKnown(claimedId) ? claimedId : undefined;
      this.emit('keyRefused', address, known);
      if (known !== undefined) this.emit('keyRejected', known);
    }
    if (cameraId === undefined) return;
    if (VIOLATIONS.has(reason)) this.emit('refused', cameraId, { kind: 'violation', detail }, 1);
    // A replaced connection reports nothing.
    this.emit('motion', cameraId, false);
    this.#cameras.ended(cameraId, session);
  }

  #uplinkOf(cameraId: string): CameraUplink {
    const uplink =
      this.#uplinks.get(cameraId) ??
      new CameraUplink({
        cameraId,
        store: this.#stored,
        onChange: (lowering) => this.emit('uplink', cameraId, lowering),
        log: this.#log,
      });
    this.#uplinks.set(cameraId, uplink);
    return uplink;
  }
}
