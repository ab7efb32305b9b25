import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPush } from '../../../client/service-worker/read-push.ts';

const push = { title: 'Door', body: 'Motion', path: '/camera/cam_1/recordings/1', tag: 'cam_1' };

test('a push is shown as it was sent', () => assert.deepEqual(readPush(JSON.stringify(push)), push));

test('its path leads to no other host', () => {
  for (const path of [
    'https://other.example/',
    '//other.example/',
    '/\\other.example/',
    'javascript:1',
    '',
    1,
    null,
  ])
    assert.equal(readPush(JSON.stringify({ ...push, path })).path, '/events', String(path));
});

test('an unreadable push is still shown', () => {
  for (const text of [undefined, '', '{', 'null', '[]', '{}', JSON.stringify({ ...push, title: 1 })]) {
    const { title, path } = readPush(text);
    assert.deepEqual([title, path], ['Vigie', '/events'], String(text));
  }
});

test('the path of the app is put in front of it', () => {
  assert.equal(readPush(JSON.stringify(push), '/vigie').path, '/vigie/camera/cam_1/recordings/1');
  assert.equal(readPush('{', '/vigie').path, '/vigie/events');
});
