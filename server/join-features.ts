/** Passes changes of each feature on to the others: cameras that connect or disconnect, rights that end, the clock, events. */

import { inPerson } from './core/grant.ts';
import { livenessView } from './core/link/camera-liveness.ts';
import type { Log } from './log.ts';
import { CameraLifecycle } from './cameras/camera-lifecycle.ts';
import type { Features } from './features.ts';

/** Above its limit: connections, requests and sockets of all entry points. */
function refusedBy({
  http,
  signaling,
  ingest,
  grpc,
}: Pick<Features, 'http' | 'signaling' | 'ingest' | 'grpc'>): number {
  const { connections, requests } = http.counters;
  const { tooFast, tooMany } = requests.refused;
  const overHttp = connections.refused + tooFast + tooMany;
  const overGrpc = grpc ? grpc.counters.connections.refused + grpc.counters.refused.tooMany : 0;
  return overHttp + overGrpc + signaling.displacedCount + ingest.counters.displaced;
}

export function joinFeatures(features: Features, log: Log): void {
  const {
    store,
    site,
    audit,
    accounts,
    https,
    http,
    hub,
    ingest,
    cameras,
    transcoder,
    sfu,
    signaling,
    pictures,
    lastPictures,
    grpc,
    edges,
  } = features;
  const { cameraSwitch, recording, outbound, events, firmware, demo } = features;
  const { presence, advisor, catalog } = cameras;
  https?.certificates.on('changed', (pair) => {
    http.setCertificate(pair);
    grpc?.setCertificate(pair);
  });

  // A camera connects, stalls or disconnects.
  presence.on('changed', (cameraId, liveness) => {
    events.onLiveness(cameraId, liveness);
    if (liveness.status === 'online') demo.onLive(cameraId);
    if (liveness.status === 'offline') lastPictures.onOffline(cameraId);
    const view = livenessView(liveness, (us) => site.clock.dateMs(us));
    signaling.tellThoseWhoList(cameraId, 'cameraStatus', { cameraId, ...view });
  });
  const { thumbnails, mjpeg } = pictures;
  const perCamera = [
    cameraSwitch,
    presence,
    advisor,
    sfu,
    transcoder,
    hub,
    thumbnails,
    mjpeg,
    lastPictures,
    firmware,
    events,
    recording,
    ...(edges ? [edges] : []),
    ...(grpc ? [grpc] : []),
  ];
  const lifecycle = new CameraLifecycle(perCamera, log);
  catalog.on('changed', (cameraId, change, recordings) => {
    if (change === 'added') lifecycle.add(cameraId);
    if (change === 'removed') lifecycle.remove(cameraId, recordings);
    demo.update();
    for (const each of [signaling, accounts.leases]) each.refreshAccess();
    edges?.refreshAccess();
  });

  // A camera is switched off, and from this moment nothing of it is passed on; or it is switched on again.
  cameraSwitch.on('changed', (cameraId, off) => {
    lifecycle.switch(cameraId, off !== null);
    signaling.refreshAccess();
  });

  // Rights end.
  // Answers over HTTP that depend on a right end by themselves: accounts/right-leases.ts.
  accounts.events.on('accessChanged', (userId) => {
    signaling.refreshAccess(userId);
    edges?.refreshAccess();
    recording.onAccessChanged(userId, (cameraId) =>
      accounts.access.may(inPerson(userId), 'lookBack', cameraId),
    );
  });
  accounts.events.on('credentialEnded', (id) => {
    signaling.endSession(id);
    edges?.refreshAccess();
  });

  site.zone.on('changed', (view) => {
    cameraSwitch.onClockChanged();
    signaling.tellEveryone('siteTimeZone', view);
  });

  // The clock is set, or the machine has slept.
  site.trust.on('changed', (view) => signaling.tellAdministrators('siteClock', view));
  site.clock.on('changed', (change) => {
    recording.onClockChanged(change);
    events.onClockChanged(change);
    presence.onClockChanged(change);
    cameraSwitch.onClockChanged();
    firmware.onClockChanged(change);
    accounts.sessions.onClockChanged(change).catch((error: unknown) => {
      log.error({ err: error }, 'failed to redate sign-ins');
    });
    signaling.refreshAccess();
  });

  // Attacks are blocked, and users sign in on new devices.
  const tellNotices = (): void => signaling.tellAdministrators('notices', { notices: store.notices.list() });
  accounts.events.on('noticeDismissed', tellNotices);
  const security = audit.watchSecurity(
    () => ({ refused: refusedBy(features), forged: sfu.stats.socket.badIntegrity }),
    (notice, text) => {
      outbound.notifier.security(text);
      store.notices
        .tell(notice, text, site.clock.nowMs())
        .then(tellNotices)
        .catch((error: unknown) => log.warn({ err: error, notice }, 'failed to store a notice'));
    },
  );
  ingest.on('keyRefused', (address, cameraId) => security.onCameraKeyRefused(address, cameraId));
  accounts.events.on('newDevice', (facts) => audit.log.record({ ...facts, action: 'newDevice' }));

  // Programs sign in by API keys.
  accounts.events.on('apiKeyUsed', (facts) => audit.log.record({ ...facts, action: 'apiKeyUsed' }));
  accounts.events.on('apiKeyRefused', ({ address, isHeld }) => {
    audit.log.record({ action: 'apiKeyRefused', address, refused: true });
    if (isHeld) security.onApiKeysHeld(address);
  });
  accounts.events.on('apiKeySpread', (facts) => security.onApiKeySpread(facts));

  // Events happen.
  ingest.on('motion', (cameraId, active) => events.onMotion(cameraId, active));
  events.log.on('accepted', (event) => recording.onEvent(event));
  events.log.on('event', (event) => outbound.onEvent(event));
  for (const change of ['event', 'thumbnail', 'redated'] as const)
    events.log.on(change, (event) => {
      signaling.tellThoseWho('events', event.cameraId, 'event', event);
      grpc?.onEvent(event);
    });
  events.detections.on('seen', (detections) => signaling.showDetections(detections));
  transcoder.on('refused', (...refused) => advisor.onRefused(...refused));
  advisor.on('changed', (cameraId, advice) =>
    signaling.tellAdministrators('cameraAdvice', { cameraId, advice }),
  );
}
