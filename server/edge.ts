/**
 * An edge: the SFU, signaling, the web app and the front door of the API, for the cameras of a site elsewhere.
 *
 * Invariant: it has no database, no camera and no codec, and stores nothing: it asks the site for everything else, and refuses
 * requests that the site does not answer.
 */

import express, { type Express } from 'express';
import packageJson from '../package.json' with { type: 'json' };
import type { Config } from './config/config.ts';
import { punchingFor, relayFor, viewersIceServers } from './connectivity/ice-servers.ts';
import { Capacity } from './core/capacity.ts';
import { serverClock as clock, wallMs } from './core/clock.ts';
import { TransportQuota } from './core/transport-quota.ts';
import type { TunnelClient } from './edges/edge-tunnels.ts';
import { EdgeNode } from './edges/open-edges.ts';
import { VigieError } from './errors.ts';
import { clientConnections, type ConnectionOf } from './http/client-connection.ts';
import { clientFiles } from './http/client-files.ts';
import { HttpServer } from './http/http-server.ts';
import { errorHandler, notFound } from './http/problem.ts';
import { securityHeaders } from './http/security-headers.ts';
import { trustedProxies } from './http/trusted-proxies.ts';
import { upgradeRequired } from './http/upgrade-required.ts';
import type { Log } from './log.ts';
import { machineGateways } from './net/machine-gateways.ts';
import { Sfu } from './sfu/sfu.ts';
import { RelayedSignaling } from './signaling/relayed-signaling.ts';
import { SiteVisit } from './signaling/site-visit.ts';
import type { Started } from './start/greeting.ts';
import { EDGE_METRICS, type EdgeFigures } from './status/edge-metrics.ts';
import { Metrics } from './status/metrics.ts';
import { MetricsPort } from './status/metrics-port.ts';
import { openHttps } from './tls/open-https.ts';
import { edgeWhepDoor, type VisitSite } from './whep/edge-whep-door.ts';
import { openWhep } from './whep/open-whep.ts';
import { whepOptions } from './whep/whep-options.ts';
import { whepRoutes, type Whep } from './whep/whep-routes.ts';
import { SIGNALING_PATH } from './wire/signaling.ts';

type Running = Started & { close(): Promise<void> };

/** Over WebRTC from here: never the site's own. */
const WHEP = /^\/api\/cameras\/[^/]+\/whep(?:\/|$)/i;

/** @throws VigieError `configuration` when a port is taken or a file is not usable; then nothing stays open */
export async function startEdge(config: Config, log: Log, clientFolder: string): Promise<Running> {
  await using opened = new AsyncDisposableStack();
  const closing = <Part extends { close(): void | Promise<void> }>(part: Part): Part =>
    opened.adopt(part, async (each) => each.close());
  const { basePath, site, edge, turnSecret } = config;
  if (site === undefined || edge === undefined)
    throw new VigieError('configuration', 'an edge needs VIGIE_SITE and VIGIE_EDGE');
  const https = await openHttps(config, log, wallMs);
  if (https) closing(https.certificates);
  const isTrustedProxy = trustedProxies(config.trustedProxies);
  const connectionOf = clientConnections(isTrustedProxy, machineGateways(), basePath);
  const http = closing(new HttpServer({ ...(https && { tls: https.tls }), isTrustedProxy, basePath, log }));

  const node = closing(new EdgeNode({ ...config, site, edge, software: packageJson.version, clock, log }));
  const capacity = new Capacity(clock);
  const sfu = await Sfu.open({
    rtcPort: config.rtcPort,
    rtcTcpPort: config.rtcTcpPort,
    announcedAddresses: config.announcedAddresses,
    relay: relayFor(config),
    relayOnly: config.relay === 'only',
    punching: punchingFor(config),
    viewersHaveRelay: turnSecret !== undefined,
    isAttended: () => signaling.sessionCount > 0,
    video: node.frames,
    onLoad: (sample, nowUs) => capacity.sample(sample, nowUs),
    clock,
    log: log.child({ component: 'sfu' }),
  });
  closing(sfu);
  const iceServers = viewersIceServers(config);
  const viewers = { sfu, capacity, transportQuota: new TransportQuota(), connectionOf, clock };
  const openStream = ({ address, secure }: TunnelClient) => node.tunnels.open(site, { address, secure });
  const signaling = closing(
    new RelayedSignaling({
      ...viewers,
      openStream,
      iceServersFor: iceServers,
      log: log.child({ component: 'signaling' }),
    }),
  );
  const whep = closing(openWhep({ ...viewers, iceServers, frames: {}, allowedOrigins: config.whepOrigins }));
  const visitSite: VisitSite = async (credential, request) => {
    const connection = connectionOf(request);
    const { 'user-agent': userAgent } = request.headers;
    return SiteVisit.open({
      stream: await openStream(connection),
      credential,
      host: connection.host,
      userAgent,
    });
  };
  const { metricsPort } = config;
  if (metricsPort !== undefined) {
    const metrics = new Metrics<EdgeFigures>(EDGE_METRICS, () => ({
      ...node.figures,
      status: { sfu: sfu.stats, capacity: capacity.stats, signalingSessions: signaling.sessionCount },
      version: packageJson.version,
    }));
    closing(await MetricsPort.open({ port: metricsPort, metrics, log }));
  }
  http.serve(edgeApp({ config, node, site, connectionOf, whep, visitSite, clientFolder, log }), {
    [SIGNALING_PATH]: (...upgrade) => signaling.handleUpgrade(...upgrade),
  });
  const httpPort = await http.listen(config.httpPort, config.httpHost);
  opened.defer(() => http.stopListening());
  const open = opened.move();
  return {
    httpPort,
    firstPassword: undefined,
    fingerprint: https?.authority?.fingerprint,
    close: () => open.disposeAsync(),
  };
}

interface EdgeAppOptions {
  config: Config;
  node: EdgeNode;
  site: string;
  connectionOf: ConnectionOf;
  whep: Whep;
  visitSite: VisitSite;
  clientFolder: string;
  log: Log;
}

function edgeApp(options: EdgeAppOptions): Express {
  const { config, node, site, connectionOf, whep, visitSite, clientFolder, log } = options;
  const app = express();
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(
    (request, response, next) => {
      if (WHEP.test(request.path)) response.setHeader('Cache-Control', 'no-store');
      next();
    },
    whepOptions(whep),
    whepRoutes(whep, edgeWhepDoor(visitSite), connectionOf),
  );
  app.use((request, response, next) => {
    if (WHEP.test(request.path) || !request.path.startsWith('/api/')) return next();
    const { address, secure, host } = connectionOf(request);
    void node.proxy.pass(site, { address, secure, host }, [request, response], next);
  });
  app.use(securityHeaders({ connectionOf, hasLocalAuthority: false }));
  const askForUpgrade = upgradeRequired(connectionOf, log);
  // A page asks here why its WebSocket does not open: the site is unreachable, or a proxy blocks it.
  app.get(SIGNALING_PATH, async (request, response, next) => {
    const { address, secure } = connectionOf(request);
    const stream = await node.tunnels.open(site, { address, secure });
    stream.destroy();
    await askForUpgrade(request, response, next);
  });
  app.use(clientFiles(clientFolder, config.basePath));
  app.use(notFound);
  app.use(errorHandler(log.child({ component: 'api' })));
  return app;
}
