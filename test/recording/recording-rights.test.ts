/** A right that is revoked while a request for recordings, or for how many there are, waits: the request is refused. */

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import express from 'express';
import type { Guard } from '../../server/accounts/guard.ts';
import type { CameraCatalog } from '../../server/cameras/camera-catalog.ts';
import { cameraRoutes, type LossesOf } from '../../server/cameras/camera-routes.ts';
import type { KnownCameras } from '../../server/core/cameras.ts';
import { VigieError } from '../../server/errors.ts';
import { HttpServer } from '../../server/http/http-server.ts';
import { errorHandler } from '../../server/http/problem.ts';
import { createLog } from '../../server/log.ts';
import { recordingRoutes, type Recordings } from '../../server/recording/recording-routes.ts';
import { recordingSettingsRoutes } from '../../server/recording/recording-settings-routes.ts';
import { removedCameraRoutes, type RemovedCameraList } from '../../server/recording/removed-camera-routes.ts';

const AMOUNT = { count: 0, bytes: 0, protectedCount: 0, protectedBytes: 0 };
const EXPIRED = { recordings: 0, bytes: 0, cameras: 0, eventPictures: 0 };

/** The routes over recordings that answer when the test says so. */
async function start(context: TestContext) {
  const waits = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const state = { mayWatch: true };
  const waiting = async (): Promise<void> => {
    asked.resolve();
    await waits.promise;
  };
  const recordings: Partial<Recordings> = {
    timeline: async () => (await waiting(), Buffer.from('{"segments":[],"gaps":[]}')),
    amountOf: async () => (await waiting(), AMOUNT),
    retention: { expired: async () => (await waiting(), EXPIRED) } as unknown as Recordings['retention'],
  };
  const viewer = (): { userId: string } => {
    if (!state.mayWatch) throw new VigieError('notFound', 'there is no such camera');
    return { userId: 'anna' };
  };
  const log = createLog('silent');
  const guard = {
    viewerOf: viewer,
    mediaViewerOf: viewer,
    streamTo: viewer,
    administrator: viewer,
  } as unknown as Guard;
  const served = recordings as Recordings;
  const removed = { has: () => true } as unknown as RemovedCameraList;
  const lossesOf: LossesOf = async () => (await waiting(), { recordings: AMOUNT, events: 0, sensors: 0 });
  const catalog = { assertKnown: () => undefined } as unknown as CameraCatalog;
  const app = express()
    .use(recordingRoutes(served, guard))
    .use(recordingSettingsRoutes(served, {} as KnownCameras, guard))
    .use(removedCameraRoutes(served, removed, guard))
    .use(cameraRoutes(catalog, lossesOf, guard))
    .use(errorHandler(log));
  const server = new HttpServer({ app, upgrades: {}, log });
  context.after(() => server.close());
  const port = await server.listen(0, '127.0.0.1');
  /** @param change what happens while the request waits */
  const request = async (url: string, change: () => void): Promise<number> => {
    const answer = fetch(`http://127.0.0.1:${port}${url}`);
    await asked.promise;
    change();
    waits.resolve();
    const { status, body } = await answer;
    await body?.cancel();
    return status;
  };
  return { state, request };
}

const TIMELINE = '/api/cameras/door/timeline?from=0&to=1';

test('a timeline is not sent to a viewer whose right was revoked while it waited', async (context) => {
  const { state, request } = await start(context);
  assert.equal(await request(TIMELINE, () => (state.mayWatch = false)), 404);
});

test('a timeline is sent to a viewer whose right stayed', async (context) => {
  const { request } = await start(context);
  assert.equal(await request(TIMELINE, () => undefined), 200);
});

for (const url of [
  '/api/recording/retention/losses?days=30',
  '/api/removed-cameras/cam_1',
  '/api/cameras/cam_1/losses',
])
  test(`an amount is told to nobody whose role was taken away while it was counted: ${url}`, async (context) => {
    const revoked = await start(context);
    assert.equal(await revoked.request(url, () => (revoked.state.mayWatch = false)), 404);
    const { request } = await start(context);
    assert.equal(await request(url, () => undefined), 200);
  });
