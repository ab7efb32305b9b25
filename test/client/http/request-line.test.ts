import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaPath, requestLine } from '../../../client/http/request-line.ts';

test('a route without parameters is its own request line', () => {
  assert.deepEqual(requestLine('GET /api/users'), { method: 'GET', path: '/api/users' });
  assert.deepEqual(requestLine('GET /api/events', {}), { method: 'GET', path: '/api/events' });
});

test('no id leaves its place in the path', () => {
  for (const cameraId of ['cam_1', 'a/b', '../users', '?x#y', 'ü 日本', '%2F']) {
    const { method, path } = requestLine('DELETE /api/cameras/:cameraId', { params: { cameraId } });
    assert.equal(method, 'DELETE');
    assert.match(path, /^\/api\/cameras\/[^/?#]+$/);
    assert.equal(decodeURIComponent(path.slice('/api/cameras/'.length)), cameraId);
  }
});

test('the query contains the given parameters, and nothing else', () => {
  const params = { cameraId: 'cam_1' };
  const line = requestLine('GET /api/cameras/:cameraId/events', {
    params,
    query: { from: 0, order: 'oldest' },
  });
  assert.equal(line.path, '/api/cameras/cam_1/events?from=0&order=oldest');
  assert.equal(
    requestLine('GET /api/cameras/:cameraId/events', { params }).path,
    '/api/cameras/cam_1/events',
  );
});

test('a suffix after a parameter stays', () => {
  const params = { cameraId: 'cam_1', recordingId: 'rec_1' };
  assert.equal(
    mediaPath('GET /api/cameras/:cameraId/recordings/:recordingId.webm', { params }),
    '/api/cameras/cam_1/recordings/rec_1.webm',
  );
});
