/** The OpenAPI document says what the tables of wire/ say, and can be taken by itself. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeApi } from '../../server/openapi/description.ts';
import { COMMON_ERRORS, statusesOf, type ApiRoute } from '../../server/wire/api-route.ts';
import { API_ROUTES } from '../../server/wire/api-routes.ts';
import { startApi } from '../support/api-server.ts';

interface Operation {
  operationId: string;
  summary: string;
  security?: object[];
  responses: Record<string, object>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown>; responses: Record<string, unknown> };
}

const document = describeApi() as Document;
const routes: [name: string, route: ApiRoute][] = Object.entries(API_ROUTES);

function operationOf(name: string): Operation | undefined {
  const [method = '', path = ''] = name.split(' ');
  return document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
}

test('every route is in it, with every status it answers', () => {
  const described = Object.values(document.paths).flatMap((path) => Object.keys(path));
  assert.equal(described.length, routes.length);
  for (const [name, route] of routes) {
    const operation = operationOf(name);
    assert.equal(operation?.summary, route.summary, name);
    const notModified = name.startsWith('GET ') && route.response ? [304] : [];
    const statuses = new Set([
      ...statusesOf(route),
      ...notModified,
      ...COMMON_ERRORS,
      ...(route.errors ?? []),
    ]);
    assert.deepEqual(new Set(Object.keys(operation?.responses ?? {}).map(Number)), statuses, name);
  }
});

test('each operation has an id of its own, and says what opens it', () => {
  const ids = routes.map(([name]) => operationOf(name)?.operationId);
  assert.equal(new Set(ids).size, routes.length);
  assert.deepEqual(operationOf('GET /api/health')?.security, []);
  assert.deepEqual(operationOf('GET /api/cameras')?.security, [{ session: [] }, { key: [] }]);
  assert.deepEqual(operationOf('POST /api/auth/password')?.security, [{ session: [] }]);
  assert.deepEqual(operationOf('GET /api/cameras/:cameraId/mjpeg')?.security, [
    { session: [] },
    { key: [] },
    { keyAsPassword: [] },
  ]);
  assert.deepEqual(operationOf('POST /api/cameras/:cameraId/events')?.security, [{ sensor: [] }]);
});

test('every reference in it leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
  assert.ok(references.length > 100);
  for (const [text, kind = '', name = ''] of references) {
    const { schemas, responses } = document.components;
    assert.ok(name in (kind === 'schemas' ? schemas : responses), text);
  }
});

test('the server gives it to anybody, once for as long as it is the same', async (context) => {
  const { url } = await startApi(context);
  const address = `${url}/api/openapi.json`;
  const first = await fetch(address);
  assert.deepEqual(Object.keys(((await first.json()) as Document).paths), Object.keys(document.paths));
  const again = await fetch(address, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
  assert.deepEqual([again.status, await again.text()], [304, '']);
});
