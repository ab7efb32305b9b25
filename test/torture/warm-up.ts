/**
 * An ordinary half minute: pages are loaded, users sign in, watch and leave, cameras reconnect, events are listed.
 * Afterwards the server has allocated what this needs, so memory is compared with a server in use, not with one that
 * just started.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { call } from '../support/http-call.ts';
import { openVisit } from '../support/visit.ts';
import type { Stage } from './attack.ts';
import { cameraIsWelcome } from './camera-arrival.ts';

/** Then nothing happens until the warm-up is over. */
const BUSY_SHARE = 0.6;
const VISIT_MS = 1_000;
const PAUSE_MS = 100;
const ARRIVAL_MS = 5_000;

export async function warmUp(stage: Stage, lengthMs: number): Promise<void> {
  const startedMs = Date.now();
  const busyUntilMs = startedMs + lengthMs * BUSY_SHARE;
  const loops = [watch, browse, comeBack].map((work) => repeat(() => work(stage), busyUntilMs));
  await Promise.all(loops);
  await delay(Math.max(0, startedMs + lengthMs - Date.now()));
}

async function repeat(work: () => Promise<unknown>, untilMs: number): Promise<void> {
  while (Date.now() < untilMs) {
    // On a machine that is too small, failures occur without an attack, and the figures show it.
    await work().catch(() => undefined);
    await delay(PAUSE_MS);
  }
}

async function watch(stage: Stage): Promise<void> {
  const visit = await openVisit(stage.port, await stage.attackerToken(), [stage.liveCamera.id]);
  await delay(VISIT_MS);
  visit.close();
}

async function browse(stage: Stage): Promise<void> {
  const { port } = stage;
  const { body } = await call(port, { path: '/', headers: { Accept: 'text/html' } });
  for (const [, path] of body.matchAll(/(?:src|href)="(\/[^"]+)"/g)) await call(port, { path: path ?? '/' });
  const headers = { Authorization: `Bearer ${await stage.attackerToken()}` };
  for (const path of ['/api/cameras', '/api/events?limit=20', '/api/connection'])
    await call(port, { path, headers });
}

async function comeBack({ cameraUrl, otherCameras }: Stage): Promise<void> {
  const camera = otherCameras.at(-1);
  if (camera) await cameraIsWelcome(cameraUrl, camera, '127.0.0.1', Date.now() + ARRIVAL_MS);
}
