/** Viewers at a site and at its edges, all of them real processes: CPU, bytes that leave the site, time to a picture. */

import { setTimeout as delay } from 'node:timers/promises';
import { ApiSession } from '../../support/api-session.ts';
import { FULL_RATE, startCamera } from '../../support/camera-process.ts';
import { freePort } from '../../support/coturn.ts';
import { Household } from '../../support/household.ts';
import { cpuMs } from '../../support/process-figures.ts';
import type { ServerProcess } from '../../support/server-process.ts';
import { until } from '../../support/until.ts';
import { openVisit, type Visit } from '../../support/visit.ts';
import { median } from '../percentiles.ts';

const PASSWORD = 'correct horse battery staple';
const EDGES = ['paris', 'oslo', 'rome', 'bern'];
/** A user has a share of the sessions. */
const VIEWERS_PER_USER = 10;
const MEASURE_MS = 10_000;
/** Until the rates of all lines have settled. */
const SETTLE_MS = 8_000;
const CONSENT_INTERVAL_MS = 5_000;
const JOINS = 15;
const JOIN_TIMEOUT_MS = 60_000;

export interface ViewerFigures {
  /** µs of a server's main process for one packet to one viewer. */
  usPerPacket: { site: number; edges: Record<number, number> };
  /** That leave the site for each second, for the viewers of all edges together. */
  siteBytesPerSecond: Record<number, number>;
  /** From opening the page's WebSocket to the first packet, ms, medians. */
  firstPictureMs: { site: number; edge: number };
}

interface Node {
  server: ServerProcess;
  /** Datagrams to viewers so far. */
  sent: () => Promise<number>;
}

class Bench {
  readonly household: Household;
  readonly site: Node;
  readonly edges: Node[];
  readonly #admin: ApiSession;
  readonly #cameraId: string;
  /** Tokens by server and user. */
  readonly #tokens = new Map<string, string>();
  #visits: Visit[] = [];
  #consent: NodeJS.Timeout | undefined;

  private constructor(household: Household, site: Node, edges: Node[], admin: ApiSession, cameraId: string) {
    this.household = household;
    this.site = site;
    this.edges = edges;
    this.#admin = admin;
    this.#cameraId = cameraId;
  }

  static async start(users: number): Promise<Bench & { stop: () => Promise<void> }> {
    const household = await Household.start(
      ['home'],
      Object.fromEntries(EDGES.map((edge) => [edge, 'home'])),
    );
    const server = await household.site('home');
    const admin = await server.admin();
    const site = { server, sent: async () => (await admin.status()).sfu.socket.sent };
    const edges: Node[] = [];
    for (const name of EDGES) edges.push(await edgeNode(household, name));
    const door = await admin.addCamera('Door');
    const camera = startCamera(server.cameraUrl, door, FULL_RATE);
    for (let user = 0; user < users; user++) await admin.addViewer(`user-${user}`, PASSWORD, [door.id]);
    const bench = new Bench(household, site, edges, admin, door.id);
    for (const edge of edges)
      await until(
        'the site answers',
        async () => (await fetch(`${edge.server.url}/api/cameras`)).status === 401,
      );
    const stop = async (): Promise<void> => {
      bench.leave();
      await camera.stop();
      await household.stop();
    };
    return Object.assign(bench, { stop });
  }

  async join(nodes: readonly Node[], viewers: number): Promise<void> {
    for (let viewer = 0; viewer < viewers; viewer++) {
      const node = nodes[viewer % nodes.length] ?? this.site;
      const user = Math.floor(viewer / VIEWERS_PER_USER);
      // A machine that is busy refuses new ones for a while.
      const visit = await until(
        'there is room',
        () => this.open(node, user).catch(() => undefined),
        JOIN_TIMEOUT_MS,
      );
      this.#visits.push(visit);
    }
    this.#consent = setInterval(() => {
      for (const { viewer } of this.#visits) viewer.renewConsent();
    }, CONSENT_INTERVAL_MS);
  }

  leave(): void {
    clearInterval(this.#consent);
    for (const visit of this.#visits.splice(0)) visit.close();
  }

  async open({ server: { url } }: Node, user: number): Promise<Visit> {
    const key = `${url} ${user}`;
    const token =
      this.#tokens.get(key) ?? (await ApiSession.signIn(url, `user-${user}`, PASSWORD)).session.accessToken;
    this.#tokens.set(key, token);
    return openVisit(Number(new URL(url).port), token, [this.#cameraId]);
  }

  async published(): Promise<number> {
    return (await this.#admin.status()).edges?.bytes ?? 0;
  }

  async isIdle(): Promise<boolean> {
    return (await this.#admin.status()).encoding === 0;
  }
}

async function edgeNode(household: Household, name: string): Promise<Node> {
  const port = await freePort();
  const server = await household.edge(name, 'home', { VIGIE_METRICS_PORT: String(port) });
  const sent = async (): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return Number(/^vigie_rtc_datagrams_sent_total (\d+)$/m.exec(text)?.[1]);
  };
  return { server, sent };
}

/** CPU of the servers' main processes for one packet, µs. */
async function cpuPerPacket(nodes: readonly Node[]): Promise<number> {
  const figures = async () => {
    const packets = (await Promise.all(nodes.map(({ sent }) => sent()))).reduce((sum, each) => sum + each, 0);
    const ms = nodes.reduce((sum, { server }) => sum + cpuMs(server.child.process.pid ?? 0), 0);
    return { packets, ms };
  };
  const before = await figures();
  await delay(MEASURE_MS);
  const after = await figures();
  return ((after.ms - before.ms) * 1000) / (after.packets - before.packets);
}

export async function measureViewers(viewers: number): Promise<ViewerFigures> {
  const bench = await Bench.start(Math.ceil(viewers / VIEWERS_PER_USER));
  try {
    const { site, edges } = bench;
    await bench.join([site], viewers);
    await delay(SETTLE_MS);
    const usPerPacket = { site: await cpuPerPacket([site]), edges: {} as Record<number, number> };
    bench.leave();
    for (const count of [1, 2, 4]) {
      const used = edges.slice(0, count);
      await bench.join(used, viewers);
      await delay(SETTLE_MS);
      usPerPacket.edges[count] = await cpuPerPacket(used);
      bench.leave();
    }
    const siteBytesPerSecond: Record<number, number> = {};
    for (const count of [1, viewers]) {
      await bench.join(edges.slice(0, 2), count);
      await delay(SETTLE_MS);
      const before = await bench.published();
      await delay(MEASURE_MS);
      siteBytesPerSecond[count] = ((await bench.published()) - before) / (MEASURE_MS / 1000);
      bench.leave();
    }
    return { usPerPacket, siteBytesPerSecond, firstPictureMs: await measureJoins(bench) };
  } finally {
    await bench.stop();
  }
}

/** By turns, each time with nobody else there: the encoder begins too. */
async function measureJoins(bench: Bench): Promise<ViewerFigures['firstPictureMs']> {
  const took: Record<'site' | 'edge', number[]> = { site: [], edge: [] };
  for (let join = 0; join < JOINS; join++)
    for (const where of ['site', 'edge'] as const) {
      const node = where === 'site' ? bench.site : (bench.edges[0] ?? bench.site);
      await until('nothing is encoded', () => bench.isIdle(), 30_000);
      const beganMs = performance.now();
      const visit = await bench.open(node, 0);
      await visit.viewer.nextRtp();
      if (join > 0) took[where].push(performance.now() - beganMs);
      visit.close();
    }
  return { site: median(took.site), edge: median(took.edge) };
}
