/** The express app and the table of routes say the same, and every route asks for the rights that the table names. */

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

/** Answered by RequestGate, ahead of express. */
const AHEAD_OF_EXPRESS = ['GET /api/health'];
/** No part of the API: the download of the camera protocol, plain requests for WebSockets, and the files of the web app. */
const NOT_API = ['GET /firmware/:imageId', 'GET /signaling,/camera', 'GET /{*path}'];

function routesOf(stack: readonly Layer[]): string[] {
  return stack.flatMap(({ route, handle }) =>
    route
      ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`)
      : routesOf(handle.stack ?? []),
  );
}

test('the app has every route of the table, and no other', async (context) => {
  const { app } = await startApi(context);
  const served = [...routesOf(app.router.stack as unknown as Layer[]), ...AHEAD_OF_EXPRESS];
  assert.deepEqual(served.toSorted(), [...Object.keys(API_ROUTES), ...NOT_API].toSorted());
});

const routes: [name: string, route: ApiRoute][] = Object.entries(API_ROUTES);
const withAccess = (...accesses: ApiAccess[]) => routes.filter(([, { access }]) => accesses.includes(access));

/** The guard comes first: no body, and no id of anything, is needed to be refused. */
function ask(client: ApiClient, name: string, cameraId: string) {
  const [method = '', path = ''] = name.split(' ');
  const url = path.replace(':cameraId', cameraId).replaceAll(/:\w+/g, 'none_1');
  return client.call(method, url);
}

test('without a token every route but those for anyone is refused', async (context) => {
  const server = await startApi(context);
  const { id } = await server.store.cameras.add('Door', 'v1', 0);
  const stranger = new ApiClient(server);
  for (const [name] of withAccess('sensor', 'user', 'watcher', 'administrator'))
    assert.equal((await ask(stranger, name, id)).status, 401, name);
});

test('a viewer is refused what is for administrators, and everything of a camera that is not theirs', async (context) => {
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
