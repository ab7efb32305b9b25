/**
 * Opens the features in the order of the flow and hands each what it needs of the others.
 *
 * Features do not import each other. They close in the reverse order of opening, also when the start fails half-way.
 */

import { openAccounts } from './accounts/accounts.ts';
import { PasswordResetWatch } from './accounts/password-reset-watch.ts';
import { openAudit } from './audit/open-audit.ts';
import { recordCommand } from './audit/record-command.ts';
import { Backups } from './backup/backups.ts';
import { Restores } from './backup/restores.ts';
import { CameraSwitch } from './camera-switch/camera-switch.ts';
import { openCameras } from './cameras/open-cameras.ts';
import type { Config } from './config/config.ts';
import { punchingFor, relayFor, viewersIceServers } from './connectivity/ice-servers.ts';
import { Capacity } from './core/capacity.ts';
import { inPerson } from './core/grant.ts';
import { monotonicMs, serverClock as clock } from './core/clock.ts';
import { TransportQuota } from './core/transport-quota.ts';
import { type Liveness } from './core/link/camera-liveness.ts';
import type { CameraFrame } from './core/video/camera-frame.ts';
import { openDataFolder } from './data-folder.ts';
import { openSiteEdges } from './edges/open-edges.ts';
import { EventService } from './events/event-service.ts';
import { openFirmware } from './firmware/open-firmware.ts';
import { clientConnections } from './http/client-connection.ts';
import { HttpServer } from './http/http-server.ts';
import { trustedProxies } from './http/trusted-proxies.ts';
import { CameraIngest } from './ingest/camera-ingest.ts';
import { openLegacyListeners } from './ingest/open-legacy-listeners.ts';
import type { Log } from './log.ts';
import { machineGateways } from './net/machine-gateways.ts';
import { openOutbound } from './outbound/open-outbound.ts';
import { LastPictures } from './pictures/last-pictures.ts';
import { openPictures } from './pictures/open-pictures.ts';
import { openRecording } from './recording/open-recording.ts';
import { Sfu } from './sfu/sfu.ts';
import { openSignaling } from './signaling/open-signaling.ts';
import { DemoCamera } from './start/demo-camera.ts';
import { openSite, RELEASED_AT_MS, VERSION } from './site/open-site.ts';
import type { ProcessEnd } from './start/process-end.ts';
import { surviveUncaught } from './start/uncaught-errors.ts';
import { DataWatch } from './store/data-watch.ts';
import { isDamaged } from './store/database.ts';
import { openHttps } from './tls/open-https.ts';
import { openWhep } from './whep/open-whep.ts';
import { FrameHub } from './video/frame-hub.ts';
import { PictureGarbage } from './video/picture-garbage.ts';
import { Transcoder } from './video/transcoder.ts';
import type { Right } from './wire/rights.ts';
import type { CameraFirmwareView } from './wire/firmware.ts';

/** In the order of the flow. @param opened collects what must be closed */
export async function openFeatures(config: Config, log: Log, end: ProcessEnd, opened: AsyncDisposableStack) {
  const closing = <Feature extends { close(): void | Promise<void> }>(feature: Feature): Feature =>
    opened.adopt(feature, async (each) => each.close());
  const { basePath, dataDir, announcedAddresses, turnSecret } = config;

  const { store } = closing(await openDataFolder(config, log));
  const site = closing(openSite({ store, log }));
  const time = site.clock;
  const { timeZone } = site.zone;
  const audit = closing(openAudit({ store, time, log }));
  const accounts = closing(
    await openAccounts({
      store,
      adminPassword: config.adminPassword,
      administratorsAtEdges: config.edgeAdministrators,
      log,
      nowMs: () => time.nowMs(),
      steadyMs: monotonicMs,
    }),
  );
  const { access } = accounts;
  const https = await openHttps(config, log, () => Math.max(RELEASED_AT_MS, time.nowMs()));
  if (https) closing(https.certificates);
  const { users, passwordResets: resets } = store;
  closing(new PasswordResetWatch({ resets, users, events: accounts.events, log }));
  const backups = closing(new Backups({ dataDir, log }));
  const restores = closing(
    new Restores({
      dataDir,
      restart: (whenStopped) => end.restart(whenStopped),
      onRestored: (by) => {
        const failure = recordCommand(dataDir, 'backupRestored', {}, by);
        if (failure) log.error({ err: failure }, 'failed to write a restore into the audit log');
      },
      freeFloorBytes: config.recordingFreeFloor,
      log,
    }),
  );
  const isTrustedProxy = trustedProxies(config.trustedProxies);
  const connectionOf = clientConnections(isTrustedProxy, machineGateways(), basePath);
  const http = closing(new HttpServer({ ...(https && { tls: https.tls }), isTrustedProxy, basePath, log }));

  // Frames become video and go to viewers.
  const cameraSwitch = closing(new CameraSwitch({ store, time, timeZone, log }));
  const hub = new FrameHub(log, (cameraId) => cameraSwitch.isOff(cameraId));
  const garbage = new PictureGarbage();
  const onFrame = (frame: CameraFrame): void => {
    hub.publish(frame);
    garbage.add(frame.jpeg.length);
  };
  const ingest = closing(new CameraIngest({ store: store.cameras, connectionOf, onFrame, log, clock }));
  const legacy = await openLegacyListeners(config, store, onFrame, log);
  if (legacy) closing(legacy);
  const cameras = closing(
    openCameras({ ingest, legacy, frames: hub, store, access, cameraSwitch, clock, dates: time, log }),
  );
  const { catalog, presence } = cameras;
  const liveness = (cameraId: string): Liveness => presence.liveness(cameraId);
  const transcoder = closing(new Transcoder(hub, log, {}, clock));
  const capacity = new Capacity(clock);
  const transportQuota = new TransportQuota();
  const sfu = await Sfu.open({
    rtcPort: config.rtcPort,
    rtcTcpPort: config.rtcTcpPort,
    announcedAddresses,
    relay: relayFor(config),
    relayOnly: config.relay === 'only',
    punching: punchingFor(config),
    viewersHaveRelay: turnSecret !== undefined,
    isAttended: () => signaling.sessionCount > 0,
    video: transcoder.sourceOfFrames(),
    onLoad: (sample, nowUs) => capacity.sample(sample, nowUs),
    clock,
    log: log.child({ component: 'sfu' }),
  });
  closing(sfu);
  const { whepOrigins: allowedOrigins } = config;
  const iceServers = viewersIceServers(config);
  const viewers = { accounts, catalog, iceServers, connectionOf, capacity, clock, dates: time, log };
  const pictures = closing(openPictures({ frames: hub, decoder: transcoder, capacity, log, dates: time }));
  const lastPictures = closing(
    await LastPictures.open({
      dataDir,
      frames: hub,
      cameras: store.cameras,
      isOff: (cameraId) => hub.isOff(cameraId),
      dates: time,
      nowUs: clock,
      log,
    }),
  );
  const scaleFrame = pictures.thumbnails.of.bind(pictures.thumbnails);
  const signaling = closing(
    openSignaling({
      ...viewers,
      administratorsAtEdges: config.edgeAdministrators,
      transportQuota,
      sfu,
      frames: hub,
      scaleFrame,
      onStream: audit.watching,
    }),
  );
  const shared = { sfu, frames: hub, capacity, transportQuota, clock, iceServers };
  const whep = closing(openWhep({ ...shared, allowedOrigins, connectionOf, onStream: audit.watching }));

  const grpc =
    config.grpcPort === undefined
      ? undefined
      : closing(
          // Its 250 modules are loaded only if it is used.
          new (await import('./grpc/open-grpc.ts')).GrpcInterface({
            ...viewers,
            port: config.grpcPort,
            host: config.httpHost,
            certificate: https?.certificates.current,
            isTrustedProxy,
            cameras: store.cameras,
            frames: hub,
            video: transcoder,
            scaleFrame,
            publishing: ingest,
            // They are opened after it; it listens after both.
            detections: { report: (...reported) => events.detections.report(...reported) },
            onStream: audit.watching,
            time,
          }),
        );

  // Recording, events, outbound messages.
  const recording = await openRecording({
    dataDir,
    store,
    limits: { totalBytes: config.recordingQuota, freeFloorBytes: config.recordingFreeFloor },
    video: transcoder,
    pictures: hub,
    liveness,
    onAlarm: (status) => signaling.tellAdministrators('recordingStatus', status),
    clockTrust: site.trust,
    log,
    dates: time,
    timeZone,
    passingBytes: () => backups.writtenBytes,
  });
  closing(recording);
  const may = (userId: string, right: Right, cameraId: string): boolean =>
    access.may(inPerson(userId), right, cameraId);
  const outbound = closing(openOutbound({ store, may, log, time, timeZone, basePath }));
  const offOf = (cameraId: string) => cameraSwitch.offOf(cameraId);
  const watched = { luma: transcoder, scaler: transcoder, pictures, liveness, offOf };
  const events = closing(new EventService({ store, ...watched, log, time }));
  const tell = (view: CameraFirmwareView): void => signaling.tellAdministrators('cameraFirmware', view);
  const firmware = closing(openFirmware({ dataDir, store, ingest, tell, log, dates: time }));
  const watch = closing(
    new DataWatch({
      path: store.path,
      look: (whole) => store.databaseFile.look(whole),
      hasRecordings: () => recording.isThere(),
      onChange: (problems) => {
        store.refuseWrites(problems);
        http.setHealth(problems);
        signaling.tellEveryone('healthProblems', { problems: [...problems] });
        outbound.onHealth(problems);
      },
      log,
    }),
  );
  const onError = (error: unknown): void => watch.onError(error);
  store.watchErrors(onError);
  surviveUncaught(isDamaged, onError, log);
  const edges =
    config.natsUrls.length === 0 || config.site === undefined
      ? undefined
      : closing(
          openSiteEdges(config, {
            site: config.site,
            software: VERSION,
            source: transcoder.sourceOfFrames(),
            store: store.droppedEdges,
            mayHave: (edge, cameraId) => !hub.isOff(cameraId) && signaling.isWatchedThrough(edge, cameraId),
            viewersAt: (edge) => signaling.viewersThrough(edge),
            accept: (stream) => http.accept(stream),
            clock,
            dates: time,
            log,
          }),
        );
  const demo = closing(new DemoCamera({ mode: config.demo, cameras: store.cameras, catalog, log }));
  const flow = {
    cameraSwitch,
    hub,
    ingest,
    legacy,
    cameras,
    transcoder,
    capacity,
    sfu,
    signaling,
    whep,
    pictures,
    lastPictures,
    grpc,
    edges,
  };
  const kept = { recording, outbound, events, firmware, backups, restores, demo, version: VERSION };
  return { store, site, audit, accounts, https, http, connectionOf, ...flow, ...kept };
}

export type Features = Awaited<ReturnType<typeof openFeatures>>;
