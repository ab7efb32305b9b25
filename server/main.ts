/**
 * Reads the configuration, composes the stages in the order of the flow, connects them, and stops them in reverse.
 *
 * Stages do not know each other; every line that joins two of them is here.
 */

import { fileURLToPath } from 'node:url';
import { openAccounts } from './accounts/accounts.ts';
import { CameraCatalog } from './cameras/camera-catalog.ts';
import { CameraPairing } from './cameras/camera-pairing.ts';
import { createHttpApp } from './http-app.ts';
import { HttpServer } from './http/http-server.ts';
import { MjpegStreams } from './pictures/mjpeg-streams.ts';
import { SignalingServer } from './signaling/signaling-server.ts';
import { Thumbnails } from './pictures/thumbnails.ts';
import { clientConnections } from './http/client-connection.ts';
import { trustedProxies } from './http/trusted-proxies.ts';
import { CameraPresence } from './cameras/camera-presence.ts';
import { CameraAdvisor } from './cameras/camera-advisor.ts';
import { CameraIngest } from './ingest/camera-ingest.ts';
import { describeConfig, loadConfig, type Config } from './config/config.ts';
import { ConnectionFactsSource } from './connectivity/connection-facts.ts';
import { serverClock as clock } from './core/clock.ts';
import { DemoCamera } from './start/demo-camera.ts';
import { VigieError } from './errors.ts';
import { openHttps } from './tls/open-https.ts';
import { openFirmware } from './firmware/open-firmware.ts';
import { greet, type Started } from './start/greeting.ts';
import { Happenings } from './events/event-service.ts';
import { iceServersFor, relayFor } from './connectivity/ice-servers.ts';
import { createLog, type Log } from './log.ts';
import { machineGateways } from './net/machine-gateways.ts';
import { openRecordings } from './recording/open-recording.ts';
import { seedListeners } from './ingest/open-legacy-listeners.ts';
import { Capacity } from './core/capacity.ts';
import { Sfu } from './sfu/sfu.ts';
import { PushNotifier } from './outbound/push-notifier.ts';
import { PushSender } from './outbound/push-sender.ts';
import { stopOnSignals } from './start/stop-on-signals.ts';
import { openStores } from './stores.ts';
import { FrameHub } from './video/frame-hub.ts';
import { Transcoder } from './video/transcoder.ts';
import { CAMERA_PATH } from './wire/camera-protocol.ts';
import { Webhooks } from './outbound/webhooks.ts';
import type { EventView } from './wire/event.ts';
import { SIGNALING_PATH } from './wire/signaling.ts';

const CLIENT_FOLDER = fileURLToPath(new URL('../client/dist', import.meta.url));

interface Vigie extends Started {
  close(): Promise<void>;
}

/** @throws VigieError `configuration` when a port is taken or the data folder cannot be used */
async function startVigie(config: Config, log: Log): Promise<Vigie> {
  const store = openStores(config.dataDir, log);
  const https = await openHttps(config, log);
  const { adminPassword } = config;
  const accounts = await openAccounts({ store, adminPassword, log });
  const { access, events, sessions } = accounts;

  const isTrustedProxy = trustedProxies(config.trustedProxies);
  const connectionOf = clientConnections(isTrustedProxy, machineGateways());

  // The stages, in the order of the flow.
  const ingest = new CameraIngest({ credentials: store.cameras, connectionOf, log, clock });
  const seed = await seedListeners(config, store, log);
  const presence = new CameraPresence(ingest, seed, store.cameras, log);
  const advisor = new CameraAdvisor(ingest);
  const hub = new FrameHub(log);
  const transcoder = new Transcoder(hub, log, {}, clock);
  const capacity = new Capacity(clock);
  const { announcedAddresses, rtcPort, rtcTcpPort } = config;
  const sfu = await Sfu.open({
    rtcPort,
    rtcTcpPort,
    announcedAddresses,
    relay: relayFor(config),
    video: transcoder,
    onLoad: (sample, nowUs) => capacity.sample(sample, nowUs),
    clock,
    log: log.child({ room: 'sfu' }),
  });
  const { recorder, recordings } = await openRecordings({
    dataDir: config.dataDir,
    store,
    limits: { totalBytes: config.recordingQuota, freeFloorBytes: config.recordingFreeFloor },
    video: transcoder,
    pictures: hub,
    onAlarm: (data) =>
      signaling.notifyAdministrators({ type: 'notification', method: 'recordingStatus', data }),
    log,
  });

  // What people see of them.
  const catalog = new CameraCatalog({
    store: store.cameras,
    access,
    control: presence,
    adviceFor: (cameraId) => advisor.adviceFor(cameraId),
  });
  const signaling = new SignalingServer({
    access: {
      identify: (token) => sessions.identify(token),
      camerasOf: (userId) => catalog.viewsFor(userId),
      mayWatch: (userId, cameraId) => access.mayWatch(userId, cameraId),
      isAdministrator: (userId) => access.isAdministrator(userId),
      iceServersFor: (userId) => iceServersFor(userId, config.turnUrls, config.turnSecret, Date.now()),
    },
    connectionOf,
    sfu,
    frames: hub,
    capacity,
    clock,
    log: log.child({ room: 'signaling' }),
  });
  const firmware = openFirmware({
    dataDir: config.dataDir,
    store,
    ingest,
    tell: (data) => signaling.notifyAdministrators({ type: 'notification', method: 'cameraFirmware', data }),
    log,
  });
  const thumbnails = new Thumbnails(transcoder, log);
  const mjpeg = new MjpegStreams({
    frames: hub,
    mayWatch: (...whatOf) => access.mayWatch(...whatOf),
    capacity,
  });
  const connection = new ConnectionFactsSource({
    httpHost: config.httpHost,
    httpPort: () => httpPort,
    certificate: () => https?.certificates.current.cert,
    authorityFile: https?.authorityFile,
    rtcPort: sfu.port,
    announced: announcedAddresses,
    announcedNow: () => sfu.announcedAddresses,
    turnUrls: config.turnUrls,
  });
  const happenings = new Happenings({
    store,
    luma: transcoder,
    pictures: {
      latest: (cameraId) => hub.latest(cameraId),
      shrink: (frame, width) => thumbnails.of(frame, width),
    },
    log,
  });
  const webhooks = new Webhooks({
    store: store.webhooks,
    log,
  });
  const push = new PushSender({ secret: store.secrets.get('push') });
  const notifier = new PushNotifier({
    store: store.notifications,
    way: push,
    mayWatch: (userId, cameraId) => access.mayWatch(userId, cameraId),
    nameOf: (cameraId) => store.cameras.find(cameraId)?.name,
    log,
  });
  const pairing = new CameraPairing({ catalog, log });
  const app = createHttpApp({
    accounts,
    cameras: store.cameras,
    catalog,
    pairing,
    events: happenings,
    snapshots: hub,
    thumbnails,
    mjpeg,
    firmware,
    recordings,
    motion: happenings.motion,
    webhooks,
    notifier,
    connection,
    status: () => ({
      sfu: sfu.stats,
      capacity: capacity.stats,
      signalingSessions: signaling.sessionCount,
      signalingDisplaced: signaling.displacedCount,
      frameWatches: signaling.frameWatches,
      mjpeg: mjpeg.counters,
      codecPids: transcoder.codecPids,
      encoding: transcoder.encodingCount,
      ingest: ingest.counters,
      pairing: pairing.counters,
      http: http.counters,
      store: store.figures,
      memory: process.memoryUsage(),
    }),
    clientFolder: CLIENT_FOLDER,
    connectionOf,
    authority: https?.authority,
    log,
  });
  const http = new HttpServer({
    app,
    upgrades: {
      [CAMERA_PATH]: (request, socket, head) => ingest.handleUpgrade(request, socket, head),
      [SIGNALING_PATH]: (request, socket, head) => signaling.handleUpgrade(request, socket, head),
    },
    ...(https && { tls: https.tls((...upgrade) => ingest.handleUpgrade(...upgrade)) }),
    isTrustedProxy,
    log,
  });
  https?.certificates.on('changed', (pair) => http.setCertificate(pair));
  const demo = new DemoCamera({ enabled: config.demo, cameras: store.cameras, catalog, log });

  // With the flow: frames.
  presence.on('frame', (frame) => hub.publish(frame));
  // What viewers are told.
  presence.on('online', (cameraId) => {
    happenings.onOnline(cameraId);
    signaling.notifyWatchersOf(cameraId, {
      type: 'notification',
      method: 'cameraOnline',
      data: { cameraId },
    });
  });
  presence.on('offline', (cameraId, sinceMs) => {
    const data = { cameraId, sinceMs };
    happenings.onOffline(cameraId);
    signaling.notifyWatchersOf(cameraId, { type: 'notification', method: 'cameraOffline', data });
  });
  const tellEvent = (data: EventView): void =>
    signaling.notifyWatchersOf(data.cameraId, { type: 'notification', method: 'event', data });
  happenings.log.on('accepted', (event) => {
    if (event.kind === 'motion') recorder.onEvent(event);
  });
  happenings.log.on('event', (event) => {
    webhooks.wake();
    notifier.onEvent(event);
    tellEvent(event);
  });
  ingest.on('motion', (cameraId, active) => happenings.onMotion(cameraId, active));
  happenings.log.on('thumbnail', tellEvent);
  advisor.on('changed', (cameraId, advice) => {
    const data = { cameraId, advice };
    signaling.notifyAdministrators({ type: 'notification', method: 'cameraAdvice', data });
  });
  // What ends with the right to it.
  const watching = [signaling, mjpeg];
  events.on('accessChanged', (userId) => watching.forEach((each) => each.refreshAccess(userId)));
  events.on('sessionEnded', (sessionId) => watching.forEach((each) => each.endSession(sessionId)));
  catalog.on('changed', (cameraId, change) => {
    if (change === 'removed' || change === 'keyRotated') advisor.forget(cameraId);
    if (change === 'removed') {
      sfu.removeCamera(cameraId);
      transcoder.forget(cameraId);
      hub.forget(cameraId);
      firmware.updates.forget(cameraId);
      happenings.forget(cameraId);
      recorder.removeCamera(cameraId).catch((error: unknown) => {
        log.error({ err: error, cameraId }, 'the recordings of a removed camera could not all be removed');
      });
    } else {
      recorder.addCamera(cameraId);
      happenings.addCamera(cameraId);
    }
    demo.update();
    for (const each of watching) each.refreshAccess();
  });

  await seed?.listen();
  const httpPort = await http.listen(config.httpPort, config.httpHost);
  demo.start(httpPort);

  return {
    httpPort,
    firstPassword: accounts.firstPassword,
    fingerprint: https?.authority?.fingerprint,
    close: async () => {
      demo.stop();
      signaling.close();
      mjpeg.close();
      ingest.close();
      advisor.close();
      firmware.updates.close();
      seed?.close();
      https?.certificates.close();
      happenings.close();
      webhooks.close();
      notifier.close();
      push.close();
      await recorder.close();
      thumbnails.close();
      await Promise.all([http.close(), sfu.close()]);
      transcoder.close();
      await store.close();
    },
  };
}

try {
  const config = loadConfig({ env: process.env, cwd: process.cwd(), args: process.argv.slice(2) });
  if (config.checkOnly) {
    process.stdout.write(`${describeConfig(config)}\n`);
    // Not on the standard output, which can be pasted into .env.
    for (const warning of config.warnings) process.stderr.write(`${warning}\n`);
  } else {
    const log = createLog(config.logLevel);
    for (const warning of config.warnings) log.warn(warning);
    const vigie = await startVigie(config, log);
    stopOnSignals(() => vigie.close(), log);
    greet(vigie, config);
  }
} catch (error) {
  if (!(error instanceof VigieError) || error.code !== 'configuration') throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
