import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Allocation } from '../../server/core/bandwidth/allocation.ts';
import { rungsOf } from '../../server/core/video/rungs.ts';
import { LineAllocation, type AllocatedCamera } from '../../server/sfu/line-allocation.ts';

class ScriptedCamera implements AllocatedCamera {
  allocation: Allocation | undefined;
  rungs = rungsOf(640, 480, 25);

  get viewed(): AllocatedCamera['viewed'] {
    return { rungs: this.rungs, heldBps: {}, view: undefined };
  }

  follow(allocation: Allocation): void {
    this.allocation = allocation;
  }

  get rung(): string | undefined {
    return this.allocation?.target.rung;
  }
}

test('cameras that come share the line, and what one leaves goes to the others at once', () => {
  const allocation = new LineAllocation(() => 600_000);
  const [door, garden] = [new ScriptedCamera(), new ScriptedCamera()];
  allocation.add(door, 0);
  assert.equal(door.rung, 'full');
  allocation.add(garden, 0);
  assert.deepEqual([door.rung, garden.rung], ['large', 'large']);
  allocation.remove(door, 0);
  assert.equal(garden.rung, 'full');
});

test('a viewer’s wish holds for all cameras at once, and is taken back at once', () => {
  const allocation = new LineAllocation(() => undefined);
  const camera = new ScriptedCamera();
  allocation.setQuality('minimum', 0);
  allocation.add(camera, 0);
  assert.equal(camera.rung, 'small');
  allocation.setQuality('half', 0);
  assert.equal(camera.rung, 'large');
  allocation.setQuality('full', 0);
  assert.equal(camera.rung, 'full');
});

test('a camera that takes smaller pictures from now on is allotted the rungs that it has', () => {
  const allocation = new LineAllocation(() => undefined);
  const camera = new ScriptedCamera();
  allocation.add(camera, 0);
  camera.rungs = rungsOf(160, 120, 25);
  allocation.update(1_000_000);
  assert.deepEqual(
    [camera.rung, camera.allocation?.wholeBps],
    ['full', rungsOf(160, 120, 25)[0]?.bitrateBps],
  );
});

test('a line on which raises have failed counts on no further one', () => {
  let targetBps = 200_000;
  const allocation = new LineAllocation(() => targetBps);
  const camera = new ScriptedCamera();
  let nowUs = 0;
  const pass = (seconds: number): void => {
    for (let step = 0; step < seconds * 10; step++) allocation.update((nowUs += 100_000));
  };
  allocation.add(camera, nowUs);
  for (let failure = 0; failure < 4; failure++) {
    targetBps = 2_000_000;
    pass(40);
    targetBps = 200_000;
    pass(0.1);
  }
  targetBps = 2_000_000;
  allocation.restart(nowUs);
  pass(2.1);
  assert.equal(camera.rung, 'full');
});

test('a page wants what its cameras would be sent over a line without limit', () => {
  const allocation = new LineAllocation(() => 100_000);
  assert.equal(allocation.wantedBps, 0);
  const [door, garden] = [new ScriptedCamera(), new ScriptedCamera()];
  allocation.add(door, 0);
  const wholeBps = rungsOf(640, 480, 25)[0]?.bitrateBps ?? 0;
  assert.ok(allocation.wantedBps > wholeBps && allocation.wantedBps < 1.15 * wholeBps);
  const one = allocation.wantedBps;
  allocation.add(garden, 0);
  assert.equal(allocation.wantedBps, 2 * one);
  allocation.setQuality('half', 0);
  assert.ok(allocation.wantedBps <= 1.02 * one, String(allocation.wantedBps));
});

test('a storm of changes costs ten allocations a second, the first at once, and the last one counts', () => {
  let targetBps = 3_000_000;
  const allocation = new LineAllocation(() => targetBps);
  const camera = new ScriptedCamera();
  let asked = 0;
  Object.defineProperty(camera, 'viewed', {
    get: () => (asked++, { rungs: camera.rungs, heldBps: {}, view: undefined }),
  });
  allocation.add(camera, 0);
  targetBps = 400_000;
  asked = 0;
  allocation.update(1_000_000);
  assert.equal(camera.rung, 'large');
  const once = asked;
  for (let us = 0; us < 1_000_000; us += 1_000) allocation.update(1_000_000 + us);
  assert.ok(asked <= 11 * once, String(asked));
  targetBps = 50_000;
  allocation.update(1_999_000);
  assert.equal(camera.rung, 'large');
  allocation.updateIfDue(2_000_000);
  assert.equal(camera.rung, 'tiny');
});

test('before a camera that was added is sent, it is told what the page wants now', () => {
  const told: number[] = [];
  const allocation = new LineAllocation(
    () => undefined,
    (bps) => told.push(bps),
  );
  const camera = new ScriptedCamera();
  camera.follow = () => assert.ok((told[0] ?? 0) > 950_000);
  allocation.add(camera, 0);
  assert.equal(told.length, 1);
});
