import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasPower, isGranted, rightsGranted, type Grant } from '../../server/core/grant.ts';

const NOTHING: Grant = { everyCamera: [], cameras: [], powers: [] };

test('a grant gives nothing that it does not name', () => {
  assert.equal(isGranted(NOTHING, 'live', 'door'), false);
  const door: Grant = { ...NOTHING, cameras: [{ cameraId: 'door', rights: ['live'] }] };
  assert.equal(isGranted(door, 'live', 'door'), true);
  assert.equal(isGranted(door, 'lookBack', 'door'), false);
  assert.equal(isGranted(door, 'live', 'yard'), false);
  assert.equal(hasPower(door, 'metrics'), false);
});

test('rights to every camera and to one add up', () => {
  const grant: Grant = {
    ...NOTHING,
    everyCamera: ['events'],
    cameras: [{ cameraId: 'door', rights: ['live'] }],
  };
  assert.deepEqual(rightsGranted(grant, 'door'), ['live', 'events']);
  assert.deepEqual(rightsGranted(grant, 'yard'), ['events']);
});

test('a key that administers has every right and power, and one of another power only that', () => {
  const all: Grant = { ...NOTHING, powers: ['administer'] };
  assert.ok(isGranted(all, 'publish', 'door') && hasPower(all, 'metrics'));
  const metrics: Grant = { ...NOTHING, powers: ['metrics'] };
  assert.ok(hasPower(metrics, 'metrics') && !hasPower(metrics, 'administer'));
  assert.equal(isGranted(metrics, 'live', 'door'), false);
});

test('a user in person needs no grant', () => {
  assert.ok(isGranted(null, 'control', 'door') && hasPower(null, 'administer'));
});
