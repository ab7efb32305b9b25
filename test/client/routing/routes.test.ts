import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRoute, routePath, type Route } from '../../../client/routing/routes.ts';

const paths: [pathname: string, route: Route][] = [
  ['/', { page: 'cameras' }],
  ['/users', { page: 'users' }],
  ['/users/', { page: 'users' }],
  ['/keys', { page: 'keys' }],
  ['/firmware', { page: 'firmware' }],
  ['/firmware/fw_1', { page: 'unknown' }],
  ['/connection', { page: 'connection' }],
  ['/secure', { page: 'secure' }],
  ['/camera/cam_1', { page: 'camera', cameraId: 'cam_1' }],
  ['/camera/cam_1/', { page: 'camera', cameraId: 'cam_1' }],
  ['/camera/front%20door', { page: 'camera', cameraId: 'front door' }],
  ['/camera/a%2Fb', { page: 'camera', cameraId: 'a/b' }],
  ['/camera/cam_1/motion', { page: 'motion', cameraId: 'cam_1' }],
  ['/camera/cam_1/setup', { page: 'setup', cameraId: 'cam_1' }],
  ['/webhooks', { page: 'webhooks' }],
  ['/audit', { page: 'audit' }],
  ['/notifications', { page: 'notifications' }],
  ['/recordings', { page: 'lookBack' }],
  ['/events', { page: 'events' }],
  ['/events/', { page: 'events' }],
  ['/camera/cam_1/events', { page: 'events', cameraId: 'cam_1' }],
  ['/camera/cam_1/recordings', { page: 'recordings', cameraId: 'cam_1' }],
  [
    '/camera/cam_1/recordings/1800000000000',
    { page: 'recordings', cameraId: 'cam_1', atMs: 1_800_000_000_000 },
  ],
  ['/camera/cam_1/recordings/', { page: 'recordings', cameraId: 'cam_1' }],
  ['/camera/cam_1/recordings/-1', { page: 'unknown' }],
  ['/camera/cam_1/recordings/1e9', { page: 'unknown' }],
  ['/camera/cam_1/recordings/1234567890123456', { page: 'unknown' }],
  ['/camera/%E0%A4', { page: 'unknown' }],
  ['/camera', { page: 'unknown' }],
  ['/camera/', { page: 'unknown' }],
  ['/camera/a/b', { page: 'unknown' }],
  ['/Users', { page: 'unknown' }],
  ['', { page: 'unknown' }],
  ['//', { page: 'cameras' }],
];

for (const [pathname, route] of paths) {
  test(`${JSON.stringify(pathname)} is ${JSON.stringify(route)}`, () =>
    assert.deepEqual(parseRoute(pathname), route));
}

test('every camera id survives the conversion into the URL and back', () => {
  for (const cameraId of ['cam_1', 'a/b', '%2F', 'ü 日本', '?x#y']) {
    // Like the browser: the router reads the path as URL encodes it.
    const { pathname } = new URL(routePath({ page: 'camera', cameraId }), 'http://vigie.test');
    assert.deepEqual(parseRoute(pathname), { page: 'camera', cameraId });
  }
});

test('a base path stands in front of every page, and may be left out', () => {
  for (const [pathname, route] of paths) {
    if (pathname !== '') assert.deepEqual(parseRoute(`/vigie${pathname}`, '/vigie'), route, pathname);
    assert.deepEqual(parseRoute(pathname, '/vigie'), route, pathname);
  }
  assert.deepEqual(parseRoute('/vigie', '/vigie'), { page: 'cameras' });
  assert.deepEqual(parseRoute('/vigiex/users', '/vigie'), { page: 'unknown' });
  assert.equal(routePath({ page: 'cameras' }, '/vigie'), '/vigie/');
  assert.equal(routePath({ page: 'camera', cameraId: 'cam_1' }, '/vigie'), '/vigie/camera/cam_1');
});
