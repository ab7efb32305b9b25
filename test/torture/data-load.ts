/**
 * The load of a house while its data are destroyed: sensors that report as often as they may, and a viewer that watches.
 * Keeps what the server promised: events that it answered with 201.
 */

import { setTimeout as delay } from 'node:timers/promises';
import type { EventView, SensorWithToken } from '../../server/wire/event.ts';
import type { ApiSession } from '../support/api-session.ts';
import { NodeViewer } from '../support/node-viewer.ts';
import type { ServerProcess } from '../support/server-process.ts';

const SENSORS = 10;
/** More often than this a sensor is refused. */
const PAUSE_MS = 2_100;
/** The server gives up on a viewer without it after 20 s. */
const CONSENT_MS = 5_000;
const PAGE = 500;

export class DataLoad {
  /** Ids of events that were answered with 201. */
  readonly promised = new Set<string>();
  /** Answered with something else, or not at all. */
  refused = 0;
  /** RTP packets that the viewer got. */
  packets = 0;
  readonly #server: ServerProcess;
  readonly #cameraId: string;
  readonly #viewer: NodeViewer;
  readonly #consent: NodeJS.Timeout;
  #reporting = true;
  readonly #reports: Promise<unknown>;

  static async begin(server: ServerProcess, admin: ApiSession, cameraId: string): Promise<DataLoad> {
    const tokens: string[] = [];
    for (let n = 0; n < SENSORS; n++) {
      const name = `PIR ${n}`;
      const sensor = await admin.request<SensorWithToken>('POST', `/cameras/${cameraId}/sensors`, { name });
      tokens.push(sensor.token);
    }
    const signaling = await admin.signaling();
    const transport = await signaling.request('createWebRtcTransport', {});
    const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
    const { fingerprints } = dtlsParameters;
    const viewer = await NodeViewer.create({
      port: iceCandidates[0]?.port ?? 0,
      iceParameters,
      fingerprints,
    });
    const own = { transportId: id, dtlsParameters: viewer.dtlsParameters };
    await signaling.request('connectWebRtcTransport', own);
    await viewer.connect();
    const { id: consumerId } = await signaling.request('consume', { transportId: id, cameraId });
    await signaling.request('resumeConsumer', { consumerId });
    return new DataLoad(server, cameraId, tokens, viewer);
  }

  private constructor(
    server: ServerProcess,
    cameraId: string,
    tokens: readonly string[],
    viewer: NodeViewer,
  ) {
    this.#server = server;
    this.#cameraId = cameraId;
    this.#viewer = viewer;
    this.#consent = setInterval(() => viewer.renewConsent(), CONSENT_MS);
    this.#reports = Promise.all(tokens.map((token, index) => this.#report(token, index)));
    void this.#watch().catch(() => undefined);
  }

  /** No more reports; on return none is under way. */
  async pause(): Promise<void> {
    this.#reporting = false;
    await this.#reports;
  }

  async end(): Promise<void> {
    await this.pause();
    clearInterval(this.#consent);
    this.#viewer.close();
  }

  /** Ids of all events that the server has, now. */
  async storedIn(server: ServerProcess): Promise<Set<string>> {
    const admin = await server.admin();
    const ids = new Set<string>();
    for (let before: string | undefined; ;) {
      const query = `limit=${PAGE}${before === undefined ? '' : `&before=${before}`}`;
      const page = await admin.request<EventView[]>('GET', `/cameras/${this.#cameraId}/events?${query}`);
      for (const { id } of page) ids.add(id);
      if (page.length < PAGE) return ids;
      before = page.at(-1)?.id;
    }
  }

  async #report(token: string, index: number): Promise<void> {
    await delay((index * PAUSE_MS) / SENSORS);
    while (this.#reporting) {
      try {
        const response = await fetch(`${this.#server.url}/api/cameras/${this.#cameraId}/events`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
          body: JSON.stringify({ kind: 'motion' }),
        });
        if (response.status === 201) this.promised.add(((await response.json()) as EventView).id);
        else this.refused++;
      } catch {
        this.refused++;
      }
      await delay(PAUSE_MS);
    }
  }

  async #watch(): Promise<void> {
    for (;;) {
      await this.#viewer.nextRtp();
      this.packets++;
    }
  }
}
