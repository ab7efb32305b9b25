/**
 * Reads the configuration, opens the stages in the order of the flow and joins them.
 *
 * Stages do not import each other; every line that joins two of them is here. They close in the reverse order of
 * opening, also when the start fails half-way.
 */

import { fileURLToPath } from 'node:url';
import { openAccounts } from './accounts/accounts.ts';
import { PasswordResetWatch } from './accounts/password-reset-watch.ts';
import { Backups } from './backup/backups.ts';
import { CameraStages } from './cameras/camera-stages.ts';
import { openCameras } from './cameras/open-cameras.ts';
import type { Config } from './config/config.ts';
import { ConnectionFactsSource } from './connectivity/connection-facts.ts';
import { iceServersFor, relayFor } from './connectivity/ice-servers.ts';
import { Capacity } from './core/capacity.ts';
import { monotonicMs, serverClock as clock, wallMs } from './core/clock.ts';
import { livenessView, type Liveness } from './core/link/camera-liveness.ts';
import type { CameraFrame } from './core/video/camera-frame.ts';
import { openDataFolder } from './data-folder.ts';
import { EventService } from './events/event-service.ts';
import { openFirmware } from './firmware/open-firmware.ts';
import { createHttpApp } from './http-app.ts';
import { clientConnections } from './http/client-connection.ts';
import { HttpServer } from './http/http-server.ts';
import { trustedProxies } from './http/trusted-proxies.ts';
import { CameraIngest } from './ingest/camera-ingest.ts';
import { openLegacyListeners } from './ingest/open-legacy-listeners.ts';
import type { Log } from './log.ts';
import { machineGateways } from './net/machine-gateways.ts';
import { openOutbound } from './outbound/open-outbound.ts';
import { openPictures } from './pictures/open-pictures.ts';
import { openRecording } from './recording/open-recording.ts';
import { Sfu } from './sfu/sfu.ts';
import { openSignaling } from './signaling/open-signaling.ts';
import { DemoCamera } from './start/demo-camera.ts';
import { runCommandLine } from './start/run-command-line.ts';
import { greet, type Started } from './start/greeting.ts';
import { openSite, RELEASED_AT_MS } from './site/open-site.ts';
import { serverStatus } from './status/server-status.ts';
import { stopOnSignals } from './start/stop-on-signals.ts';
import { surviveUncaught } from './start/uncaught-errors.ts';
import { DataWatch } from './store/data-watch.ts';
import { isDamaged } from './store/database.ts';
import { openHttps } from './tls/open-https.ts';
import { FrameHub } from './video/frame-hub.ts';
import { Transcoder } from './video/transcoder.ts';
import { CAMERA_PATH } from './wire/camera-protocol.ts';
import type { CameraFirmwareView } from './wire/firmware.ts';
import { SIGNALING_PATH } from './wire/signaling.ts';

const CLIENT_FOLDER = fileURLToPath(new URL('../client/dist', import.meta.url));

/** @throws VigieError `configuration` when a port is taken or the data folder is not usable; then nothing stays open */
async function startVigie(config: Config, log: Log): Promise<Started & { close(): Promise<void> }> {
  await using opened = new AsyncDisposableStack();
  const stages = await openStages(config, log, opened);
  join(stages, log);
  const { accounts, https, http, legacy, demo, ingest, signaling } = stages;
  http.serve(httpApp(stages, config, log), {
    [CAMERA_PATH]: (...upgrade) => ingest.handleUpgrade(...upgrade),
    [SIGNALING_PATH]: (...upgrade) => signaling.handleUpgrade(...upgrade),
  });
  await legacy?.listen();
  const httpPort = await http.listen(config.httpPort, config.httpHost);
  // Closed first, so that no client connects while the existing ones are told that the server stops.
  opened.defer(() => http.stopListening());
  demo.start(httpPort);

  const open = opened.move();
  return {
    httpPort,
    firstPassword: accounts.firstPassword,
    fingerprint: https?.authority?.fingerprint,
    close: () => open.disposeAsync(),
  };
}

/** In the order of the flow. @param opened collects what must be closed */
async function openStages(config: Config, log: Log, opened: AsyncDisposableStack) {
  const closing = <Stage extends { close(): void | Promise<void> }>(stage: Stage): Stage =>
    opened.adopt(stage, async (each) => each.close());
  const { basePath, dataDir, announcedAddresses, turnUrls, turnSecret } = config;

  const { store } = closing(await openDataFolder(config, log));
  const site = closing(openSite({ store, log }));
  const time = site.clock;
  const { timeZone } = site.zone;
  const accounts = await openAccounts({
    store,
    adminPassword: config.adminPassword,
    log,
    nowMs: () => time.nowMs(),
    steadyMs: monotonicMs,
  });
  const { access, sessions } = accounts;
  const mayWatch = (userId: string, cameraId: string): boolean => access.mayWatch(userId, cameraId);
  const https = await openHttps(config, log, () => Math.max(RELEASED_AT_MS, time.nowMs()));
  if (https) closing(https.certificates);
  const { users, passwordResets: resets } = store;
  closing(new PasswordResetWatch({ resets, users, events: accounts.events, log }));
  const backups = closing(new Backups({ dataDir, log }));
  const isTrustedProxy = trustedProxies(config.trustedProxies);
  const connectionOf = clientConnections(isTrustedProxy, machineGateways(), basePath);
  const http = closing(new HttpServer({ ...(https && { tls: https.tls }), isTrustedProxy, basePath, log }));

  // Frames become video and go to viewers.
  const hub = new FrameHub(log);
  const onFrame = (frame: CameraFrame): void => hub.publish(frame);
  const ingest = closing(new CameraIngest({ credentials: store.cameras, connectionOf, onFrame, log, clock }));
  const legacy = await openLegacyListeners(config, store, onFrame, log);
  if (legacy) closing(legacy);
  const cameras = closing(
    openCameras({ ingest, legacy, frames: hub, store, access, clock, dates: time, log }),
  );
  const { catalog, presence } = cameras;
  const liveness = (cameraId: string): Liveness => presence.liveness(cameraId);
  const transcoder = closing(new Transcoder(hub, log, {}, clock));
  const capacity = new Capacity(clock);
  const sfu = await Sfu.open({
    rtcPort: config.rtcPort,
    rtcTcpPort: config.rtcTcpPort,
    announcedAddresses,
    relay: relayFor(config),
    video: transcoder,
    onLoad: (sample, nowUs) => capacity.sample(sample, nowUs),
    clock,
    log: log.child({ component: 'sfu' }),
  });
  closing(sfu);
  const iceServers = (userId: string) => iceServersFor(userId, turnUrls, turnSecret, wallMs());
  const viewers = { sessions, access, catalog, iceServers, connectionOf, capacity, clock, dates: time, log };
  const signaling = closing(openSignaling({ ...viewers, sfu, frames: hub }));
  const isSignedIn = (sessionId: string): boolean => sessions.lasts(sessionId);
  const watched = { mayWatch, isSignedIn, capacity };
  const pictures = closing(openPictures({ frames: hub, decoder: transcoder, ...watched, log, dates: time }));

  // Recording, events, outbound messages.
  const recording = await openRecording({
    dataDir,
    store,
    limits: { totalBytes: config.recordingQuota, freeFloorBytes: config.recordingFreeFloor },
    video: transcoder,
    pictures: hub,
    liveness,
    onAlarm: (status) => signaling.tellAdministrators('recordingStatus', status),
    log,
    dates: time,
    timeZone,
  });
  closing(recording);
  const outbound = closing(openOutbound({ store, mayWatch, log, time, timeZone, basePath }));
  const events = closing(new EventService({ store, luma: transcoder, pictures, liveness, log, time }));
  const tell = (view: CameraFirmwareView): void => signaling.tellAdministrators('cameraFirmware', view);
  const firmware = closing(openFirmware({ dataDir, store, ingest, tell, log }));
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
  const demo = closing(new DemoCamera({ enabled: config.demo, cameras: store.cameras, catalog, log }));
  const flow = { hub, ingest, legacy, cameras, transcoder, capacity, sfu, signaling, pictures };
  const kept = { recording, outbound, events, firmware, backups, demo };
  return { store, site, accounts, https, http, connectionOf, ...flow, ...kept };
}

type Stages = Awaited<ReturnType<typeof openStages>>;

function join(stages: Stages, log: Log): void {
  const { site, accounts, https, http, hub, ingest, cameras, transcoder, sfu, signaling, pictures } = stages;
  const { recording, outbound, events, firmware, demo } = stages;
  const { presence, advisor, catalog } = cameras;
  https?.certificates.on('changed', (pair) => http.setCertificate(pair));

  // A camera connects, stalls or disconnects.
  presence.on('changed', (cameraId, liveness) => {
    events.onLiveness(cameraId, liveness);
    const view = livenessView(liveness, (us) => site.clock.dateMs(us));
    signaling.tellWatchers(cameraId, 'cameraStatus', { cameraId, ...view });
  });
  const { thumbnails } = pictures;
  const perCamera = [presence, advisor, sfu, transcoder, hub, thumbnails, firmware, events, recording];
  const cameraStages = new CameraStages(perCamera, log);
  const watching = [signaling, pictures.mjpeg];
  catalog.on('changed', (cameraId, change) => {
    if (change === 'added') cameraStages.add(cameraId);
    if (change === 'removed') cameraStages.remove(cameraId);
    demo.update();
    for (const each of watching) each.refreshAccess();
  });

  // Rights end.
  accounts.events.on('accessChanged', (userId) => watching.forEach((each) => each.refreshAccess(userId)));
  accounts.events.on('sessionEnded', (sessionId) => watching.forEach((each) => each.endSession(sessionId)));

  site.zone.on('changed', (view) => signaling.tellEveryone('siteTimeZone', view));

  // The clock is set, or the machine has slept.
  site.trust.on('changed', (view) => signaling.tellAdministrators('siteClock', view));
  site.clock.on('changed', (change) => {
    recording.onClockChanged(change);
    events.onClockChanged(change);
    presence.onClockChanged(change);
    accounts.sessions.onClockChanged(change).catch((error: unknown) => {
      log.error({ err: error }, 'failed to date sign-ins anew');
    });
    signaling.refreshAccess();
  });

  // Events happen.
  ingest.on('motion', (cameraId, active) => events.onMotion(cameraId, active));
  events.log.on('accepted', (event) => recording.onEvent(event));
  events.log.on('event', (event) => outbound.onEvent(event));
  events.log.on('event', (event) => signaling.tellWatchers(event.cameraId, 'event', event));
  for (const change of ['thumbnail', 'redated'] as const)
    events.log.on(change, (event) => signaling.tellWatchers(event.cameraId, 'event', event));
  transcoder.on('refused', (...refused) => advisor.onRefused(...refused));
  advisor.on('changed', (cameraId, advice) =>
    signaling.tellAdministrators('cameraAdvice', { cameraId, advice }),
  );
}

function httpApp(stages: Stages, config: Config, log: Log) {
  const { accounts, store, cameras, events, pictures, firmware, recording, outbound, https, http } = stages;
  const { site, sfu, connectionOf, backups } = stages;
  const connection = new ConnectionFactsSource({
    httpHost: config.httpHost,
    httpPort: () => http.port,
    certificate: () => https?.certificates.current.cert,
    authorityFile: https?.authorityFile,
    rtcPort: sfu.port,
    announced: config.announcedAddresses,
    announcedNow: () => sfu.announcedAddresses,
    turnUrls: config.turnUrls,
  });
  return createHttpApp({
    accounts,
    cameras: store.cameras,
    catalog: cameras.catalog,
    pairing: cameras.pairing,
    events,
    pictures,
    firmware,
    recordings: recording.recordings,
    motion: events.motion,
    outbound,
    backups,
    connection,
    status: () => serverStatus({ ...stages, mjpeg: pictures.mjpeg, pairing: cameras.pairing }),
    site,
    dates: site.clock,
    clientFolder: CLIENT_FOLDER,
    connectionOf,
    basePath: config.basePath,
    authority: https?.authority,
    log,
  });
}

await runCommandLine(async (config, log) => {
  const vigie = await startVigie(config, log);
  stopOnSignals(() => vigie.close(), log);
  greet(vigie, config);
});
