/** A path of the API tells which methods it has. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from '../support/api-server.ts';

const PATHS: [path: string, allow: string][] = [
  ['/api/cameras', 'GET, HEAD, OPTIONS, POST'],
  ['/api/cameras/', 'GET, HEAD, OPTIONS, POST'],
  ['/api/cameras/cam_1', 'DELETE, OPTIONS, PATCH'],
  // Not those of `/exports/:exportId`, which matches too.
  ['/api/cameras/cam_1/exports/exp_1.webm', 'GET, HEAD, OPTIONS'],
  ['/api/firmware/cameras', 'GET, HEAD, OPTIONS'],
];

test('OPTIONS is answered with them, and another method is refused with them', async (context) => {
  const { url } = await startApi(context);
  for (const [path, allow] of PATHS) {
    const options = await fetch(url + path, { method: 'OPTIONS' });
    assert.deepEqual([options.status, options.headers.get('allow')], [204, allow], path);
    const wrong = await fetch(url + path, { method: 'PUT' });
    assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, allow], path);
    assert.match(wrong.headers.get('content-type') ?? '', /problem\+json/);
  }
});

test('a path that does not exist has none', async (context) => {
  const { url } = await startApi(context);
  for (const path of ['/api/nothing', '/api/cameras/cam_1/nothing', '/api'])
    assert.equal((await fetch(url + path, { method: 'OPTIONS' })).status, 404, path);
});
