/** The express app and the table of routes agree. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { API_ROUTES } from '../../server/wire/api-routes.ts';
import { startApi } from '../support/api-server.ts';

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** Answered by RequestGate, before express. */
const AHEAD_OF_EXPRESS = ['GET /api/health'];
/**
 * Not part of the API: the metrics, the download of the camera protocol, plain requests for WebSockets, and the files
 * of the web app.
 */
const NOT_API = ['GET /metrics', 'GET /firmware/:imageId', 'GET /signaling,/camera', 'GET /{*path}'];

function routesOf(stack: readonly Layer[]): string[] {
  return stack.flatMap(({ route, handle }) =>
    route
      ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`)
      : routesOf(handle.stack ?? []),
  );
}

test('the app has exactly the routes of the table', async (context) => {
  const { app } = await startApi(context);
  const served = [...routesOf(app.router.stack as unknown as Layer[]), ...AHEAD_OF_EXPRESS];
  assert.deepEqual(served.toSorted(), [...Object.keys(API_ROUTES), ...NOT_API].toSorted());
});
