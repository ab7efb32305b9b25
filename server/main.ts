/** Reads the configuration, opens the features, joins them, and serves their routes and WebSockets. */

import { fileURLToPath } from 'node:url';
import type { Config } from './config/config.ts';
import { ConnectionFactsSource } from './connectivity/connection-facts.ts';
import { createHttpApp } from './http-app.ts';
import { siteOnly } from './http/site-only.ts';
import type { Log } from './log.ts';
import { runCommandLine } from './start/run-command-line.ts';
import { greet, type Started } from './start/greeting.ts';
import { MetricsPort } from './status/metrics-port.ts';
import { SITE_METRICS, type Figures } from './status/metrics-table.ts';
import { Metrics } from './status/metrics.ts';
import type { ServerStatus } from './wire/server-status.ts';
import { serverStatus } from './status/server-status.ts';
import { ProcessEnd } from './start/process-end.ts';
import { CAMERA_PATH } from './wire/camera-protocol.ts';
import { SIGNALING_PATH } from './wire/signaling.ts';
import { startEdge } from './edge.ts';
import { openFeatures, type Features } from './features.ts';
import { joinFeatures } from './join-features.ts';

const CLIENT_FOLDER = fileURLToPath(new URL('../client/dist', import.meta.url));

type Running = Started & { close(): Promise<void> };

/** @throws VigieError `configuration` when a port is taken or the data folder is not usable; then nothing stays open */
async function startVigie(config: Config, log: Log, end: ProcessEnd): Promise<Running> {
  await using opened = new AsyncDisposableStack();
  const features = await openFeatures(config, log, end, opened);
  joinFeatures(features, log);
  const { accounts, https, http, legacy, grpc, demo, ingest, signaling } = features;
  const metrics = metricsOf(features);
  http.serve(httpApp(features, metrics, config, log), {
    [CAMERA_PATH]: siteOnly((...upgrade) => ingest.handleUpgrade(...upgrade)),
    [SIGNALING_PATH]: (...upgrade) => signaling.handleUpgrade(...upgrade),
  });
  await legacy?.listen();
  await grpc?.listen();
  const { metricsPort } = config;
  if (metricsPort !== undefined)
    opened.adopt(await MetricsPort.open({ port: metricsPort, metrics, log }), (port) => port.close());
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

function statusOf(features: Features): ServerStatus {
  const { pictures, cameras } = features;
  return serverStatus({ ...features, mjpeg: pictures.mjpeg, pairing: cameras.pairing });
}

function metricsOf(features: Features): Metrics<Figures> {
  const { cameras, recording, version } = features;
  return new Metrics<Figures>(SITE_METRICS, () => ({
    status: statusOf(features),
    cameras: cameras.catalog.figures(),
    recording: recording.recordings.status,
    version,
  }));
}

function httpApp(features: Features, metrics: Metrics<Figures>, config: Config, log: Log) {
  const { accounts, store, cameras, events, pictures, firmware, recording, outbound, https, http } = features;
  const { site, audit, sfu, connectionOf, backups, restores } = features;
  const connection = new ConnectionFactsSource({
    httpHost: config.httpHost,
    httpPort: () => http.port,
    certificate: () => https?.certificates.current.cert,
    authorityFile: https?.authorityFile,
    rtcPort: sfu.port,
    announced: config.announcedAddresses,
    announcedNow: () => sfu.announcedAddresses,
    turnUrls: [...config.stunUrls, ...config.turnUrls],
    mapping: () => sfu.mapping,
  });
  return createHttpApp({
    accounts,
    audit,
    cameras: store.cameras,
    removedCameras: store.removedCameras,
    cameraSwitch: features.cameraSwitch,
    catalog: cameras.catalog,
    pairing: cameras.pairing,
    events,
    pictures,
    whep: features.whep,
    firmware,
    recordings: recording.recordings,
    motion: events.motion,
    outbound,
    backups,
    restores,
    connection,
    status: () => statusOf(features),
    metrics,
    site,
    edges: features.edges,
    version: features.version,
    dates: site.clock,
    clientFolder: CLIENT_FOLDER,
    connectionOf,
    basePath: config.basePath,
    authority: https?.authority,
    log,
  });
}

await runCommandLine(async (config, log) => {
  const end = new ProcessEnd(log);
  const vigie =
    config.role === 'edge' ? await startEdge(config, log, CLIENT_FOLDER) : await startVigie(config, log, end);
  end.stopOnSignals(() => vigie.close());
  greet(vigie, config);
});
