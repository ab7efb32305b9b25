/** Frames of many cameras from several sites to several edges, over one nats-server. */

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { edgePermissions, sitePermissions } from '../../../server/core/edges/subjects.ts';
import { NatsServer } from '../../support/nats-server.ts';
import { cpuMs } from '../../support/process-figures.ts';
import { percentile } from '../percentiles.ts';
import type { Command, NodeSettings, Report } from './messages.ts';

export interface Load {
  sites: number;
  camerasPerSite: number;
  /** Each shows every camera. */
  edges: number;
  seconds: number;
}

export interface LoadFigures {
  subscriptions: number;
  publishedPerSecond: number;
  receivedPerSecond: number;
  /** Share of all frames that were made. */
  lostShare: number;
  ageMs: { p50: number; p95: number; p99: number; max: number };
  natsCores: number;
  siteUsPerMessage: number;
  edgeUsPerMessage: number;
}

const SETTLE_MS = 3_000;

const sum = (of: Report[], read: (report: Report) => number) =>
  of.reduce((total, each) => total + read(each), 0);

export async function measureLoad({ sites, camerasPerSite, edges, seconds }: Load): Promise<LoadFigures> {
  const siteNames = Array.from({ length: sites }, (_, index) => `site-${index}`);
  const edgeNames = Array.from({ length: edges }, (_, index) => `edge-${index}`);
  const siteOf = Object.fromEntries(
    siteNames.flatMap((site) =>
      Array.from({ length: camerasPerSite }, (_, index): [string, string] => [`${site}_cam_${index}`, site]),
    ),
  );
  const cameraIds = Object.keys(siteOf);
  const nats = await NatsServer.start([
    ...siteNames.map((name) => ({ name, account: 'household', permissions: sitePermissions(name) })),
    ...edgeNames.map((name) => ({
      name,
      account: 'household',
      permissions: edgePermissions(name, siteNames),
    })),
  ]);
  const start = (program: string, name: string, settings: Partial<NodeSettings>): ChildProcess =>
    fork(fileURLToPath(new URL(program, import.meta.url)), [
      JSON.stringify({ url: nats.url, credentials: nats.credentialsOf(name), cameraIds, ...settings }),
    ]);
  const generators = siteNames.map((site) =>
    start('generator.ts', site, { site, cameraIds: cameraIds.filter((id) => siteOf[id] === site) }),
  );
  await delay(SETTLE_MS / 2);
  const receivers = edgeNames.map((edge) => start('receiver.ts', edge, { edge, siteOf }));
  const all = [...generators, ...receivers];
  const tell = (command: Command): void => all.forEach((child) => void child.send(command));
  const ask = async (): Promise<Report[]> => {
    const reports = Promise.all(all.map(async (child) => (await once(child, 'message'))[0] as Report));
    tell('report');
    return reports;
  };
  try {
    await delay(SETTLE_MS);
    await ask();
    const natsBefore = cpuMs(nats.pid);
    const beganMs = performance.now();
    await delay(seconds * 1000);
    const natsMs = cpuMs(nats.pid) - natsBefore;
    const passedMs = performance.now() - beganMs;
    const reports = await ask();
    const [sent, received] = [reports.slice(0, sites), reports.slice(sites)];
    const [published, arrived] = [sum(sent, ({ frames }) => frames), sum(received, ({ frames }) => frames)];
    const agesMs = received.flatMap(({ agesUs }) => agesUs).map((us) => us / 1000);
    const lost = sum(sent, (report) => report.lost) * edges + sum(received, (report) => report.lost);
    return {
      subscriptions: cameraIds.length * edges,
      publishedPerSecond: (published / passedMs) * 1000,
      receivedPerSecond: (arrived / passedMs) * 1000,
      lostShare: lost / (arrived + lost),
      ageMs: {
        p50: percentile(agesMs, 50),
        p95: percentile(agesMs, 95),
        p99: percentile(agesMs, 99),
        max: percentile(agesMs, 100),
      },
      natsCores: natsMs / passedMs,
      siteUsPerMessage: sum(sent, ({ cpuUs }) => cpuUs) / published,
      edgeUsPerMessage: sum(received, ({ cpuUs }) => cpuUs) / arrived,
    };
  } finally {
    tell('stop');
    await nats.stop();
  }
}
