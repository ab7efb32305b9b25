/**
 * The HTTP side of the API as one express app. main passes it the features' services and the folder of the built client,
 * and gives the app to HttpServer.
 *
 * Invariant: every error under /api is problem details, and no answer under /api is cached.
 */

import express, { type Express } from 'express';
import type { Accounts } from './accounts/accounts.ts';
import type { KnownCameras } from './core/cameras.ts';
import type { Dates } from './core/site-clock.ts';
import { auditCalls } from './audit/audit-calls.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import type { Audit } from './audit/open-audit.ts';
import { backupRoutes, type BackupServices } from './backup/backup-routes.ts';
import { openApiRoutes } from './openapi/openapi-routes.ts';
import type { Log } from './log.ts';
import type { AuthorityCertificate } from './tls/local-authority.ts';
import { CAMERA_PATH, FIRMWARE_PATH } from './wire/camera-protocol.ts';
import { SIGNALING_PATH } from './wire/signaling.ts';
import { apiKeyRoutes } from './accounts/api-key-routes.ts';
import { authRoutes } from './accounts/auth-routes.ts';
import { apiMethods } from './http/api-methods.ts';
import { authorityFiles, authorityRoutes } from './tls/authority-routes.ts';
import type { ConnectionOf } from './http/client-connection.ts';
import { cameraSwitchRoutes } from './camera-switch/camera-switch-routes.ts';
import type { CameraSwitch } from './camera-switch/camera-switch.ts';
import type { CameraCatalog } from './cameras/camera-catalog.ts';
import type { Outbound } from './outbound/open-outbound.ts';
import type { CameraPairing } from './cameras/camera-pairing.ts';
import { cameraRoutes, type LossesOf } from './cameras/camera-routes.ts';
import { locationsUnder } from './http/base-path.ts';
import { keepAnswers } from './http/idempotency-key.ts';
import { clientFiles } from './http/client-files.ts';
import { detectionRoutes } from './events/detection-routes.ts';
import { edgeRoutes } from './edges/edge-routes.ts';
import type { SiteEdges } from './edges/site-edges.ts';
import { eventRoutes, type Events } from './events/event-routes.ts';
import { firmwareDownload } from './firmware/firmware-download.ts';
import { firmwareRoutes, updateRoutes, type Firmware } from './firmware/firmware-routes.ts';
import { connectionRoutes, type ServerFacts } from './connectivity/connection-routes.ts';
import { Guard } from './accounts/guard.ts';
import { mjpegRoutes } from './pictures/mjpeg-routes.ts';
import type { Pictures } from './pictures/open-pictures.ts';
import { pairingRoutes } from './cameras/pairing-routes.ts';
import { errorHandler, notFound } from './http/problem.ts';
import { securityHeaders } from './http/security-headers.ts';
import { apiAloneForEdges } from './http/site-only.ts';
import { watchCalls } from './http/watched-calls.ts';
import { upgradeRequired } from './http/upgrade-required.ts';
import { notificationRoutes } from './outbound/notification-routes.ts';
import { motionRoutes, type MotionSettingsHolder } from './events/motion-routes.ts';
import { exportRoutes } from './recording/export-routes.ts';
import { recordingRoutes, type Recordings } from './recording/recording-routes.ts';
import { recordingSettingsRoutes } from './recording/recording-settings-routes.ts';
import { removedCameraRoutes, type RemovedCameraList } from './recording/removed-camera-routes.ts';
import { snapshotRoutes, type Snapshots } from './pictures/snapshot-routes.ts';
import { siteRoutes, type Site } from './site/site-routes.ts';
import { metricsRoutes } from './status/metrics-routes.ts';
import type { Metrics } from './status/metrics.ts';
import { statusRoutes } from './status/status-routes.ts';
import type { ServerStatus } from './wire/server-status.ts';
import { userRoutes } from './accounts/user-routes.ts';
import { whepGuard, whepUserOf } from './whep/whep-guard.ts';
import { whepOptions } from './whep/whep-options.ts';
import { whepRoutes, type Whep } from './whep/whep-routes.ts';
import { webhookRoutes } from './outbound/webhook-routes.ts';

export interface HttpAppOptions {
  accounts: Accounts;
  audit: Pick<Audit, 'log' | 'store' | 'cameraNameOf'>;
  cameras: KnownCameras;
  removedCameras: RemovedCameraList;
  cameraSwitch: CameraSwitch;
  catalog: CameraCatalog;
  pairing: CameraPairing;
  events: Events;
  pictures: Pick<Pictures, 'thumbnails' | 'mjpeg'> & { frames: Snapshots };
  whep: Whep;
  firmware: Firmware;
  recordings: Recordings;
  motion: MotionSettingsHolder;
  outbound: Pick<Outbound, 'webhooks' | 'notifier' | 'push'>;
  backups: BackupServices['backups'];
  restores: BackupServices['restores'];
  /** The server's facts for the connection check. */
  connection: ServerFacts;
  /** The server's figures for administrators. */
  status: () => ServerStatus;
  /** The same for Prometheus. */
  metrics: Pick<Metrics<unknown>, 'text' | 'contentType'>;
  site: Site;
  /** Undefined: this site is shown at none. */
  edges: Pick<SiteEdges, 'view' | 'setDropped'> | undefined;
  /** The release. */
  version: string;
  dates?: Dates;
  /** client/dist */
  clientFolder: string;
  connectionOf: ConnectionOf;
  /** See http/base-path.ts. */
  basePath?: string;
  /** Vigie's own authority, if it issues the server's certificate. */
  authority: AuthorityCertificate | undefined;
  log: Log;
}

/** The largest body is a list of cameras. */
const MAX_BODY_BYTES = 64 * 1024;

export function createHttpApp(options: HttpAppOptions): Express {
  const { accounts, audit, cameras, catalog, pairing, pictures, firmware, recordings, connectionOf } =
    options;
  const { basePath = '' } = options;
  const log = options.log.child({ component: 'api' });
  const guard = new Guard(accounts, connectionOf);
  const lossesOf: LossesOf = async (cameraId, who) => ({
    recordings: await recordings.amountOf(cameraId, who),
    events: await options.events.log.countOf(cameraId, who),
    sensors: options.events.sensors.list(cameraId).length,
  });
  const app = express();
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  // Each kind of answer sets its own headers.
  app.disable('etag');
  app.use(securityHeaders({ connectionOf, hasLocalAuthority: options.authority !== undefined }));

  app.use(apiAloneForEdges);
  app.use(locationsUnder(basePath));
  app.use('/api', (_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  app.use(whepOptions(options.whep, whepUserOf(guard)));
  app.use('/api', apiMethods);
  const { users } = accounts;
  app.use(
    '/api',
    watchCalls(
      auditCalls({
        audit: audit.log,
        guard,
        connectionOf,
        users,
        cameraNameOf: audit.cameraNameOf,
        apiKeyNameOf: (id) => accounts.apiKeys.nameOf(id),
      }),
    ),
  );
  app.use(
    '/api',
    keepAnswers((request) => {
      const who = guard.known(request);
      return who?.key?.id ?? who?.userId;
    }),
  );
  app.use('/api', express.json({ limit: MAX_BODY_BYTES }));
  // Each registers its routes by their full path (wire/api-routes.ts).
  app.use(
    authorityRoutes(options.authority),
    authRoutes(accounts, guard, connectionOf),
    userRoutes(accounts, guard),
    apiKeyRoutes(accounts.apiKeys, guard),
    cameraRoutes(catalog, lossesOf, guard),
    cameraSwitchRoutes(options.cameraSwitch, guard),
    pairingRoutes(pairing, guard, connectionOf),
    snapshotRoutes(pictures.frames, pictures.thumbnails, guard, options.dates),
    mjpegRoutes(pictures.mjpeg, guard),
    whepRoutes(options.whep, whepGuard(guard), connectionOf),
    eventRoutes(options.events, recordings, cameras, guard, connectionOf),
    detectionRoutes(options.events.detections, guard),
    motionRoutes(options.motion, cameras, guard),
    recordingRoutes(recordings, guard),
    recordingSettingsRoutes(recordings, cameras, guard),
    removedCameraRoutes(recordings, options.removedCameras, guard),
    exportRoutes(recordings.exports, guard),
    webhookRoutes(options.outbound.webhooks, guard),
    notificationRoutes(options.outbound.notifier, options.outbound.push, guard),
    firmwareRoutes(firmware, guard),
    updateRoutes(firmware.cameras, guard),
    connectionRoutes(options.connection, guard, connectionOf),
    statusRoutes(options.status, guard),
    openApiRoutes(),
    siteRoutes(options.site, guard),
    edgeRoutes(options.edges, options.version, guard),
    auditRoutes({ audit: audit.log, store: audit.store, guard, log }),
    backupRoutes(
      { backups: options.backups, restores: options.restores, users: accounts.users, connectionOf },
      guard,
      log,
    ),
  );
  app.use('/api', notFound);
  app.use(metricsRoutes(options.metrics, guard));

  const sendAuthority = authorityFiles(options.authority);
  app.use((request, response, next) => {
    if (!sendAuthority(request, response)) next();
  });
  app.get(`${FIRMWARE_PATH}/:imageId`, firmwareDownload({ downloads: firmware.updates, connectionOf, log }));
  app.get([SIGNALING_PATH, CAMERA_PATH], upgradeRequired(connectionOf, log));
  app.use(clientFiles(options.clientFolder, basePath));
  app.use(notFound);
  app.use(errorHandler(log));
  return app;
}
