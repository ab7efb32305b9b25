/** The express app and the table of routes agree, and every route requires the rights in the table. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiAccess, ApiRoute } from '../../server/wire/api-route.ts';
import { API_ROUTES } from '../../server/wire/api-routes.ts';
import { ApiClient } from '../support/api-client.ts';
import { startApi } from '../support/api-server.ts';

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
}

/** Answered by RequestGate, before express. */
const AHEAD_OF_EXPRESS = ['GET /api/health'];
/** Not part of the API: the download of the camera protocol, plain requests for WebSockets, and the files of the web app. */
const NOT_API = ['GET /firmware/:imageId', 'GET /signaling,/camera', 'GET /{*path}'];

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

const routes: [name: string, route: ApiRoute][] = Object.entries(API_ROUTES);
const withAccess = (...accesses: ApiAccess[]) => routes.filter(([, { access }]) => accesses.includes(access));

/** The guard runs first: a refusal needs neither a body nor an existing id. */
function ask(client: ApiClient, name: string, cameraId: string) {
  const [method = '', path = ''] = name.split(' ');
  const url = path.replace(':cameraId', cameraId).replaceAll(/:\w+/g, 'none_1');
  return client.call(method, url);
}

test('without a token every route except the public ones is refused', async (context) => {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const stranger = new ApiClient(server);
  for (const [name] of withAccess('sensor', 'user', 'watcher', 'administrator'))
    assert.equal((await ask(stranger, name, id)).status, 401, name);
});

test("a viewer is refused administrators' routes, and every route of a camera without the right", async (context) => {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const viewer = { username: 'ada', password: 'ada password', role: 'viewer', cameraIds: [] } as const;
  await server.accounts.users.add(viewer);
  const client = await ApiClient.signedIn(server, viewer.username, viewer.password);
  for (const [name] of withAccess('administrator'))
    assert.equal((await ask(client, name, id)).status, 403, name);
  for (const [name] of withAccess('watcher')) assert.equal((await ask(client, name, id)).status, 404, name);
  for (const [name] of withAccess('sensor')) assert.equal((await ask(client, name, id)).status, 401, name);
});
