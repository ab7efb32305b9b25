/** Which rungs and layers one viewer is sent, and what changing them costs others. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FrameSink } from '../../server/sfu/camera-track.ts';
import { ScriptedConsumer, SSRC } from '../support/scripted-consumer.ts';

const KEY = { keyframe: true };
const NEXT = {};

const neighbour = (): FrameSink => ({
  limitBps: Infinity,
  onFrame: () => undefined,
  onSilence: () => undefined,
});

/** A viewer that is sent the rung `full`. */
function watching(): ScriptedConsumer {
  const rig = new ScriptedConsumer();
  rig.consumer.resume();
  rig.frame(true);
  return rig;
}

function narrow(rig: ScriptedConsumer, targetBps: number | undefined): void {
  rig.targetBps = targetBps;
  rig.nowUs += 100_000;
  rig.allocation.update(rig.nowUs);
}

test('a smaller rung is subscribed beside the old one, and replaces it from its first keyframe on', () => {
  const rig = watching();
  narrow(rig, 150_000);
  assert.deepEqual(rig.rungs, ['full', 'small']);
  assert.equal(rig.picture({ full: NEXT, small: NEXT }), 2, 'the old one goes on');
  assert.equal(rig.consumer.stats.rung, 'full');
  assert.equal(rig.picture({ full: NEXT, small: KEY }), 4, 'the new one begins');
  assert.deepEqual([rig.consumer.stats.rung, rig.rungs], ['small', ['small']]);
  assert.equal(rig.picture({ full: NEXT, small: NEXT }), 5);
  assert.deepEqual(rig.pictureIds, [0, 1, 2, 3, 4]);
  assert.equal(rig.limitsBps.small !== undefined && rig.limitsBps.small < 140_000, true);
  assert.equal(rig.limitsBps.full, undefined, 'the next viewer of it is not held back');
});

test('a switch that is not needed any more leaves only the rung that goes out', () => {
  const rig = watching();
  narrow(rig, 200_000);
  narrow(rig, 3_000_000);
  rig.nowUs += 2_500_000;
  rig.allocation.update(rig.nowUs);
  assert.deepEqual(rig.rungs, ['full']);
  assert.equal(rig.frame(), 2);
});

test('a keyframe of the old rung does not end the wait for the new one', () => {
  const rig = watching();
  narrow(rig, 200_000);
  rig.picture({ full: KEY });
  assert.deepEqual(rig.rungs, ['full', 'small']);
  rig.picture({ small: KEY });
  assert.deepEqual(rig.rungs, ['small']);
});

test('a small tile is sent a small picture from the beginning, and the whole one when it is enlarged', () => {
  const rig = new ScriptedConsumer();
  rig.consumer.setView({ width: 300, height: 225 });
  rig.consumer.resume();
  assert.deepEqual(rig.rungs, ['small']);
  rig.picture({ small: KEY });
  rig.consumer.setView({ width: 1280, height: 960 });
  assert.deepEqual(rig.rungs, ['small', 'full']);
  rig.picture({ small: NEXT, full: KEY });
  assert.deepEqual(rig.rungs, ['full']);
});

test('a paused viewer is subscribed to nothing, and begins anew with a keyframe', () => {
  const rig = watching();
  narrow(rig, 200_000);
  rig.consumer.pause();
  assert.deepEqual(rig.rungs, []);
  rig.consumer.resume();
  assert.deepEqual(rig.rungs, ['small']);
  const before = rig.consumer.stats.framesSent;
  assert.equal(rig.picture({ small: NEXT }), before);
  assert.equal(rig.picture({ small: KEY }), before + 1);
});

test('a viewer that asks for a keyframe while its rung changes is given the one of the new rung', () => {
  const rig = watching();
  narrow(rig, 200_000);
  rig.nowUs += 400_000;
  rig.consumer.onFeedback({ kind: 'keyframe', ssrc: SSRC }, rig.nowUs);
  assert.deepEqual(rig.keyframesAsked, ['small']);
});

test('on a full path upper layers are left out first, and cost no keyframe', () => {
  const rig = watching();
  const upper = { layer: { tid: 2, layerSync: true } } as const;
  const base = { layer: { tid: 0, layerSync: false } } as const;
  rig.path.isFull = true;
  rig.picture({ full: upper });
  rig.path.isFull = false;
  assert.equal(rig.picture({ full: base }), 2);
  assert.equal(rig.picture({ full: upper }), 3);
  assert.equal(rig.keyframeRequests, 0);
  rig.path.isFull = true;
  rig.picture({ full: base });
  rig.path.isFull = false;
  assert.equal(rig.picture({ full: upper }), 3);
  assert.deepEqual(rig.keyframesAsked, ['full']);
  const { framesSkipped, framesLeftOut } = rig.consumer.stats;
  assert.deepEqual([framesSkipped, framesLeftOut.full, framesLeftOut.keyframe], [3, 2, 1]);
});

test('a viewer whose line comes and goes costs those who watch the larger rung few keyframes', () => {
  const rig = watching();
  rig.track.add(neighbour());
  for (let second = 0; second < 120; second++) {
    narrow(rig, second % 20 < 10 ? 200_000 : 3_000_000);
    for (let picture = 0; picture < 25; picture++) {
      const asked = new Set(rig.keyframesAsked.splice(0));
      if (asked.has('full')) fullAsked++;
      rig.picture({ full: asked.has('full') ? KEY : NEXT, small: picture === 5 ? KEY : NEXT });
    }
  }
  assert.ok(fullAsked >= 1 && fullAsked <= 12, String(fullAsked));
});
let fullAsked = 0;

test('the encoder of a rung that another viewer needs whole is not limited, and costs this one what it is', () => {
  const rig = watching();
  rig.track.add(neighbour());
  narrow(rig, 630_000);
  assert.deepEqual([rig.consumer.stats.target?.rung, rig.limitsBps.full], ['large', undefined]);
  const alone = watching();
  narrow(alone, 630_000);
  assert.equal(alone.consumer.stats.target?.rung, 'full');
  assert.ok((alone.limitsBps.full ?? 0) > 500_000);
});

/** @param know tells the viewer's line what it carries */
function joins(know: (rig: ScriptedConsumer) => void, afterUs: number): number | undefined {
  const rig = new ScriptedConsumer();
  rig.track.add({ ...neighbour(), limitBps: 400_000 });
  rig.consumer.resume();
  assert.equal(rig.limitsBps.full, 400_000, 'at first');
  know(rig);
  rig.nowUs += afterUs;
  rig.allocation.update(rig.nowUs);
  return rig.limitsBps.full;
}

function carriesAll(rig: ScriptedConsumer): void {
  rig.path.line.bandwidth.onRemb(5_000_000, rig.nowUs);
  rig.path.line.follow(rig.nowUs);
}

test('a picture that is held low for poor lines becomes whole for a viewer whose line is known to carry it', () => {
  assert.equal(joins(carriesAll, 100_000), undefined);
  assert.equal(
    joins(() => undefined, 100_000),
    400_000,
  );
  // For some viewers it never becomes known.
  assert.equal(
    joins(() => undefined, 3_000_000),
    undefined,
  );
});

test('the full picture costs a line no less than a recording needs of it', () => {
  const rig = watching();
  rig.recordedBps = 600_000;
  narrow(rig, 630_000);
  assert.equal(rig.consumer.stats.target?.rung, 'large');
  const other = watching();
  other.recordedBps = 100_000;
  narrow(other, 630_000);
  assert.equal(other.consumer.stats.target?.rung, 'full');
});
