/**
 * A whole API server for tests: real SQLite in a temporary folder, real express on a free port, real cookies, and real
 * hashes at the lowest cost argon2 allows: at the product's they would be half of what these tests compute.
 */

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openAudit } from '../../server/audit/open-audit.ts';
import { Backups } from '../../server/backup/backups.ts';
import { Restores, type RestoresOptions } from '../../server/backup/restores.ts';
import { openAccounts, type Accounts } from '../../server/accounts/accounts.ts';
import type { PasswordCost } from '../../server/accounts/password-hash.ts';
import { CameraFirmware } from '../../server/firmware/camera-firmware.ts';
import { CameraSwitch } from '../../server/camera-switch/camera-switch.ts';
import { CameraCatalog, type CameraCatalogOptions } from '../../server/cameras/camera-catalog.ts';
import type { CameraControl } from '../../server/cameras/camera-control.ts';
import { CameraPairing } from '../../server/cameras/camera-pairing.ts';
import { clientConnections } from '../../server/http/client-connection.ts';
import type { Express } from 'express';
import { createHttpApp } from '../../server/http-app.ts';
import { SITE_METRICS } from '../../server/status/metrics-table.ts';
import { Metrics } from '../../server/status/metrics.ts';
import { serverStatus } from '../../server/status/server-status.ts';
import { HttpServer, type HttpTimeouts, type UpgradeHandler } from '../../server/http/http-server.ts';
import { MjpegStreams } from '../../server/pictures/mjpeg-streams.ts';
import { Thumbnails, type FrameScaler } from '../../server/pictures/thumbnails.ts';
import { trustedProxies } from '../../server/http/trusted-proxies.ts';
import type { CameraFrame } from '../../server/core/video/camera-frame.ts';
import { inPerson } from '../../server/core/grant.ts';
import { serverClock, wallMs } from '../../server/core/clock.ts';
import { unmappedTime } from '../../server/core/site-clock.ts';
import { Detections } from '../../server/events/detections.ts';
import { EventLog } from '../../server/events/event-log.ts';
import { Sensors } from '../../server/events/sensors.ts';
import { Webhooks } from '../../server/outbound/webhooks.ts';
import { FirmwareImages } from '../../server/firmware/firmware-images.ts';
import { FirmwareUpdates, type UpdatableCameras } from '../../server/firmware/firmware-updates.ts';
import { createLog, type Log } from '../../server/log.ts';
import { MotionWatch } from '../../server/events/motion-watch.ts';
import { Notifier } from '../../server/outbound/notifier.ts';
import { PushChannel, type PushChannelOptions } from '../../server/outbound/push-channel.ts';
import { openRecording } from '../../server/recording/open-recording.ts';
import type { RecordingLibrary } from '../../server/recording/recording-library.ts';
import { Capacity } from '../../server/core/capacity.ts';
import { FrameHub } from '../../server/video/frame-hub.ts';
import { Transcoder } from '../../server/video/transcoder.ts';
import type { AuthorityCertificate } from '../../server/tls/local-authority.ts';
import { SiteZone } from '../../server/site/site-zone.ts';
import { openStores, type OpenStores } from '../../server/stores.ts';
import { openWhep } from '../../server/whep/open-whep.ts';
import type { OfferedMediaServer } from '../../server/core/media-server.ts';
import { TransportQuota } from '../../server/core/transport-quota.ts';
import { VigieError } from '../../server/errors.ts';
import type { IceServer } from '../../server/wire/signaling.ts';
import { temporaryFolder } from './temporary-folder.ts';

import { IDLE_PARTS } from './server-figures.ts';

/** An SFU with its sockets and its certificate costs more than most of these tests. */
const refuse = (): never => {
  throw new VigieError('unavailable', 'there is no SFU in this test');
};
const FULL_SFU: OfferedMediaServer = {
  createTransport: refuse,
  transportParameters: refuse,
  consumeAs: refuse,
};

export const ADMIN_PASSWORD = 'correct horse battery';

export interface ApiServerOptions {
  dataDir?: string;
  /** Without it nobody can watch by WHEP. */
  sfu?: OfferedMediaServer;
  iceServers?: (userId: string) => IceServer[];
  whepOrigins?: readonly string[];
  trustedProxies?: readonly string[];
  upgrades?: Record<string, UpgradeHandler>;
  control?: Partial<CameraControl>;
  adviceFor?: CameraCatalogOptions['adviceFor'];
  refusalsOf?: CameraCatalogOptions['refusalsOf'];
  /** Connected cameras that take updates; default: none. */
  livenessOf?: CameraCatalogOptions['livenessOf'];
  /** Who is connected and takes updates; nobody when left out. */
  updatable?: UpdatableCameras;
  nowMs?: () => number;
  /** Default: the lowest. */
  passwordCost?: PasswordCost;
  /** Called by a restore; default: nothing happens. */
  restart?: RestoresOptions['restart'];
  onRestored?: RestoresOptions['onRestored'];
  authority?: AuthorityCertificate;
  /** Sender of notifications; default: none. */
  push?: Pick<PushChannelOptions['sender'], 'publicKey' | 'send'>;
  timeouts?: HttpTimeouts;
  /** How often the answers under way are looked over. */
  reviewIntervalMs?: number;
}

export interface ApiServer {
  app: Express;
  url: string;
  port: number;
  store: OpenStores;
  accounts: Accounts;
  catalog: CameraCatalog;
  /** Frames for the snapshot route. */
  frames: Map<string, CameraFrame>;
  /** In place of those, what a decoder accepts. */
  soundFrames: Map<string, CameraFrame | undefined>;
  thumbnails: Thumbnails;
  /** Frames for the MJPEG streams. */
  hub: FrameHub;
  mjpeg: MjpegStreams;
  capacity: Capacity;
  updates: FirmwareUpdates;
  library: RecordingLibrary;
  close(): Promise<void>;
}

/** Takes what must be done at the end of a test, or of a whole file. */
export interface Ends {
  after(end: () => unknown): void;
}

/** Closed with the test, or before. */
export async function startApi(context: Ends, options: ApiServerOptions = {}): Promise<ApiServer> {
  const dataDir = options.dataDir ?? temporaryFolder(context);
  const log = createLog('silent');
  const store = openStores(dataDir, createLog('silent'));
  const { nowMs } = options;
  const time = unmappedTime(nowMs && (() => nowMs() * 1000));
  const audit = openAudit({ store, time, log });
  const accounts = await openAccounts({
    store,
    adminPassword: ADMIN_PASSWORD,
    log,
    ...(nowMs && { nowMs }),
    passwordCost: options.passwordCost ?? { memory: 8, passes: 1, parallelism: 1 },
    reviewIntervalMs: options.reviewIntervalMs ?? 60_000,
  });
  const control: CameraControl = {
    status: () => ({ online: false, lastFrameAtMs: null }),
    set: () => Promise.resolve(),
    reboot: () => Promise.resolve(),
    disconnect: () => undefined,
    ...options.control,
  };
  const cameraSwitch = new CameraSwitch({ store, time, timeZone: () => 'UTC', log });
  context.after(() => cameraSwitch.close());
  const catalog = new CameraCatalog({
    offOf: (cameraId) => cameraSwitch.offOf(cameraId),
    store: store.cameras,
    access: accounts.access,
    control,
    log,
    ...(options.adviceFor && { adviceFor: options.adviceFor }),
    ...(options.refusalsOf && { refusalsOf: options.refusalsOf }),
    ...(options.livenessOf && { livenessOf: options.livenessOf }),
  });
  const frames = new Map<string, CameraFrame>();
  const latest = (cameraId: string) => frames.get(cameraId);
  const soundFrames = new Map<string, CameraFrame | undefined>();
  const sound = async (id: string) => (soundFrames.has(id) ? soundFrames.get(id) : frames.get(id));
  const hub = new FrameHub(log, (cameraId) => cameraSwitch.isOff(cameraId));
  const thumbnails = new Thumbnails(lazyScaler(context, hub, log), log);
  const { access } = accounts;
  const capacity = new Capacity(serverClock);
  const mjpeg = new MjpegStreams({
    frames: hub,
    capacity,
  });
  context.after(() => mjpeg.close());
  catalog.on('changed', () => accounts.leases.refreshAccess());
  const restores = new Restores({
    dataDir,
    restart: options.restart ?? (() => undefined),
    onRestored: options.onRestored ?? (() => undefined),
    freeFloorBytes: 0,
    log,
  });
  context.after(() => restores.close());
  const images = new FirmwareImages(dataDir, store.firmware, log, nowMs);
  const updates = new FirmwareUpdates({
    images,
    store: store.firmware,
    cameras: options.updatable ?? {
      deviceOf: () => undefined,
      offerUpdate: () => assert.fail('nobody is there'),
    },
    log,
    ...(nowMs && { nowMs }),
  });
  const recording = await openRecording({
    dataDir,
    store,
    limits: { totalBytes: 1e9, freeFloorBytes: 0 },
    // No camera sends here: the tests add recordings themselves.
    video: {
      subscribe: () => ({ close: () => undefined }),
      requestKeyframe: () => undefined,
      encodeBatch: () => Promise.resolve([]),
    },
    pictures: hub,
    onAlarm: () => undefined,
    log,
    dates: time,
    timeZone: () => 'UTC',
  });
  const { library, recordings } = recording;
  accounts.events.on('accessChanged', (userId) =>
    recording.onAccessChanged(userId, (cameraId) => access.may(inPerson(userId), 'lookBack', cameraId)),
  );
  catalog.on('changed', (cameraId, change, fate) => {
    if (change === 'removed') void recording.removeCamera?.(cameraId, fate ?? 'kept');
  });
  const pairing = new CameraPairing({ catalog, log, ...(nowMs && { nowMs }) });
  const eventLog = new EventLog(store.events, log);
  const detections = new Detections({
    events: eventLog,
    frames: hub,
    pictures: { take: () => undefined, forget: () => undefined },
    areasOf: () => ({ zones: [], masks: [] }),
    isOff: (cameraId) => cameraSwitch.isOff(cameraId),
    time,
    log,
  });
  context.after(() => detections.close());
  const webhooks = new Webhooks({
    store: store.webhooks,
    log,
    ...(nowMs && { nowMs }),
  });
  eventLog.on('event', () => webhooks.wake());
  context.after(() => webhooks.close());
  const push = new PushChannel({
    store: store.notifications,
    sender: {
      publicKey: 'BKey',
      send: () => Promise.resolve('sent'),
      close: () => undefined,
      ...options.push,
    },
    log,
    nowMs: nowMs ?? wallMs,
  });
  context.after(() => push.close());
  const notifier = new Notifier({
    store: store.notifications,
    channels: [push],
    may: (userId, ...whatOf) => access.may(inPerson(userId), ...whatOf),
    nameOf: (cameraId) => store.cameras.find(cameraId)?.name,
    log,
    ...(nowMs && { nowMs }),
  });
  const status = () => serverStatus({ ...IDLE_PARTS, capacity, mjpeg, pairing, http: server, store });
  const app = createHttpApp({
    accounts,
    audit,
    cameras: store.cameras,
    removedCameras: store.removedCameras,
    cameraSwitch,
    catalog,
    pairing,
    events: { log: eventLog, sensors: new Sensors(store.sensors, eventLog, time), detections },
    pictures: { frames: { latest, sound }, thumbnails, mjpeg },
    whep: openWhep({
      sfu: options.sfu ?? FULL_SFU,
      frames: hub,
      capacity,
      transportQuota: new TransportQuota(),
      clock: serverClock,
      iceServers: options.iceServers ?? (() => []),
      allowedOrigins: options.whepOrigins ?? [],
      connectionOf: clientConnections(trustedProxies(options.trustedProxies ?? []), () => false),
      onStream: audit.watching,
    }),
    firmware: { images, updates, cameras: new CameraFirmware(store.cameras, updates) },
    recordings,
    motion: new MotionWatch({ subscribeLuma: () => ({ close: () => undefined }) }, eventLog, store.motion),
    outbound: { webhooks, notifier, push },
    connection: {
      get: () =>
        Promise.resolve({
          httpPort: 8080,
          rtcPort: 8081,
          announced: [],
          announcedNow: [],
          turn: [],
          mapping: null,
        }),
      addresses: () => ({ origins: ['http://192.168.1.10:8080'], authorityFile: null }),
    },
    backups: new Backups({ dataDir, log }),
    restores,
    status,
    metrics: new Metrics(SITE_METRICS, () => ({
      status: status(),
      cameras: catalog.figures(),
      recording: recordings.status,
      version: '0.0.0',
    })),
    site: { zone: new SiteZone(store.site), trust: { view: { problem: null } } },
    edges: undefined,
    version: '0.0.0',
    clientFolder: await clientFolder(join(dataDir, 'client')),
    connectionOf: clientConnections(trustedProxies(options.trustedProxies ?? []), () => false),
    authority: options.authority,
    log,
  });
  const server = new HttpServer({
    app,
    upgrades: options.upgrades ?? {},
    log,
    // Rate limits would hinder tests that send in a loop.
    requestLimits: { perSecond: 10_000, burst: 10_000 },
    ...(options.timeouts && { timeouts: options.timeouts }),
  });
  const port = await server.listen(0, '127.0.0.1');
  const close = async (): Promise<void> => {
    await server.close();
    audit.close();
    updates.close();
    await recording.close();
    thumbnails.close();
    await store.close();
  };
  context.after(close);
  return {
    app,
    url: `http://127.0.0.1:${port}`,
    port,
    store,
    accounts,
    catalog,
    frames,
    soundFrames,
    thumbnails,
    hub,
    mjpeg,
    capacity,
    updates,
    library,
    close,
  };
}

/** Most tests need no codec process, so it starts with the first thumbnail. */
function lazyScaler(context: Ends, hub: FrameHub, log: Log): FrameScaler {
  let transcoder: Transcoder | undefined;
  context.after(() => transcoder?.close());
  return {
    scaleFrame: (frame, width) => (transcoder ??= new Transcoder(hub, log)).scaleFrame(frame, width),
  };
}

async function clientFolder(folder: string): Promise<string> {
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Vigie</title>');
  await writeFile(join(folder, 'assets', 'app-1a2b3c4d.js'), 'export {};');
  return folder;
}
