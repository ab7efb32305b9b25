import assert from 'node:assert/strict';
import { test } from 'node:test';
import { USUAL_SETTINGS } from '../../../server/core/link/uplink-levels.ts';
import { LAN, SimulatedUplink, type Line } from './simulated-uplink.ts';

/** The line of the goal: 400 kbit/s with 3 % loss, 20 ms each way. */
const NARROW: Line = { bps: 400_000, oneWayUs: 20_000, loss: 0.03 };

function settled(line: Line, seconds = 20): SimulatedUplink {
  const uplink = new SimulatedUplink(line);
  uplink.run(seconds);
  return uplink;
}

test('a line of 400 kbit/s with losses shows 10 frames per second, none older than half a second', () => {
  const uplink = settled(NARROW);
  const { fps, ageMs } = uplink.run(120);
  assert.ok(fps >= 10, `${fps} frames per second`);
  assert.ok(ageMs <= 500, `${ageMs} ms`);
  assert.ok(uplink.told.length <= 6, 'it flaps');
  assert.ok(Number(uplink.control.carriesBps) > 250_000 && Number(uplink.control.carriesBps) < 410_000);
});

test('without the control the same line shows less than 2 frames per second', () => {
  const uplink = new SimulatedUplink(NARROW, { jpegQuality: 63, frameSize: 'UXGA', maxFps: 25 });
  uplink.ignores = ['jpegQuality', 'frameSize', 'maxFps'];
  assert.ok(uplink.run(60).fps < 2);
});

test('quality is lowered before size, and size before frame rate', () => {
  const { settings: some } = settled({ bps: 1_800_000, oneWayUs: 20_000, loss: 0 }).control;
  assert.equal(some.frameSize, 'VGA');
  assert.ok(some.jpegQuality > USUAL_SETTINGS.jpegQuality);
  const { settings: more } = settled({ bps: 400_000, oneWayUs: 20_000, loss: 0 }).control;
  assert.deepEqual([more.jpegQuality, more.maxFps], [48, 25]);
  assert.notEqual(more.frameSize, 'VGA');
  const { settings: most } = settled({ bps: 60_000, oneWayUs: 20_000, loss: 0 }, 40).control;
  assert.deepEqual(most, { jpegQuality: 48, frameSize: 'QQVGA', maxFps: 5 });
});

test('a line that has room again gets the wanted settings back, one step at a time', () => {
  const uplink = settled(NARROW);
  uplink.line = LAN;
  uplink.told.length = 0;
  uplink.run(180);
  assert.deepEqual(uplink.set, USUAL_SETTINGS);
  assert.equal(uplink.control.isLowered, false);
  assert.ok(uplink.told.every(({ direction }) => direction === 'raised'));
  const steps = [settled(NARROW).set, ...uplink.told.map(({ settings }) => settings)];
  for (const [i, settings] of steps.entries()) {
    const next = steps[i + 1];
    if (!next) continue;
    const changed = (['jpegQuality', 'frameSize', 'maxFps'] as const).filter(
      (name) => settings[name] !== next[name],
    );
    assert.equal(changed.length, 1);
  }
});

test('a raise that fails is taken back, and tried less and less often', () => {
  // Up to 8 KB pass at once, however many; what is larger does not pass.
  const uplink = settled({ bps: 300_000, oneWayUs: 20_000, loss: 0, burstBytes: 8_000 }, 1_800);
  const raisedS = uplink.told.filter(({ direction }) => direction === 'raised').map(({ atS }) => atS);
  const failedS = uplink.told.flatMap(({ direction, atS }, i) =>
    direction === 'lowered' && uplink.told[i - 1]?.direction === 'raised' ? atS : [],
  );
  const waits = failedS.map((atS) => (raisedS.find((later) => later > atS) ?? Infinity) - atS);
  assert.ok(failedS.length >= 3 && failedS.length <= 8, `${failedS.length} failed raises in half an hour`);
  assert.ok(
    waits.slice(0, -1).every((wait, i) => wait <= (waits[i + 1] ?? wait)),
    waits.join(' '),
  );
});

test('a clean line of any round trip, and a wide one with single losses, lower nothing', () => {
  const lines = [LAN, { bps: 20e6, oneWayUs: 300_000, loss: 0 }, { bps: 20e6, oneWayUs: 5_000, loss: 0.002 }];
  for (const line of lines) {
    const uplink = new SimulatedUplink(line);
    uplink.run(120);
    assert.deepEqual(uplink.told, []);
  }
});

test('a slow camera and one whose sensor hangs are no narrow uplink', () => {
  const dark = new SimulatedUplink({ bps: 1e6, oneWayUs: 20_000, loss: 0 });
  dark.sensorFps = 2;
  dark.run(120);
  const seldom = new SimulatedUplink({ bps: 1e6, oneWayUs: 20_000, loss: 0 });
  seldom.sensorFps = 0.1;
  seldom.run(300);
  const frozen = new SimulatedUplink(LAN);
  frozen.isFrozen = true;
  frozen.run(60);
  assert.deepEqual(
    [dark, seldom, frozen].flatMap(({ told }) => told),
    [],
  );
});

test('a camera that its owner lets take 5 frames per second needs a line for no more', () => {
  const uplink = new SimulatedUplink(
    { bps: 2e6, oneWayUs: 20_000, loss: 0 },
    { ...USUAL_SETTINGS, maxFps: 5 },
  );
  uplink.run(60);
  assert.deepEqual(uplink.told, []);
});

test('a single outage of three seconds lowers nothing', () => {
  const uplink = settled(LAN);
  uplink.interrupt(3);
  uplink.run(30);
  assert.deepEqual(uplink.told, []);
});

test('pictures that grow at night are lowered, and by day raised again', () => {
  const uplink = new SimulatedUplink({ bps: 4e6, oneWayUs: 20_000, loss: 0 });
  uplink.pictureBytes = 18_000;
  uplink.run(60);
  assert.deepEqual(uplink.told, []);
  uplink.pictureBytes = 60_000;
  const { fps } = (uplink.run(20), uplink.run(30));
  assert.ok(uplink.control.isLowered && fps >= 10);
  uplink.pictureBytes = 18_000;
  uplink.run(180);
  assert.deepEqual(uplink.set, USUAL_SETTINGS);
});

test('a setting that the camera refuses stays as it is, and the next one is lowered instead', () => {
  const uplink = new SimulatedUplink(NARROW);
  uplink.rejects = ['jpegQuality'];
  uplink.run(60);
  assert.equal(uplink.set.jpegQuality, USUAL_SETTINGS.jpegQuality);
  assert.notEqual(uplink.set.frameSize, 'VGA');
  assert.ok(uplink.told.length < 8);
});

test('a refused size leaves the quality lowered, and a refused quality the size', () => {
  const lowered = { jpegQuality: 48, maxFps: 25 };
  const size = settled({ bps: 400_000, oneWayUs: 20_000, loss: 0 });
  const { frameSize } = size.control.settings;
  assert.notEqual(frameSize, 'VGA');
  assert.deepEqual(size.control.onRefused(['frameSize'], size.nowUs), { ...lowered, frameSize: 'VGA' });
  const quality = settled({ bps: 400_000, oneWayUs: 20_000, loss: 0 });
  assert.deepEqual(quality.control.onRefused(['jpegQuality'], quality.nowUs), {
    ...lowered,
    jpegQuality: 12,
    frameSize,
  });
});

test('a camera that refuses all but its frame rate is told to lower that', () => {
  const uplink = new SimulatedUplink(NARROW);
  uplink.rejects = ['jpegQuality', 'frameSize'];
  uplink.run(60);
  assert.deepEqual(uplink.set, { ...USUAL_SETTINGS, maxFps: 5 });
  assert.ok(uplink.told.length < 8);
});

test('a camera that says “applied” and changes nothing is told no more', () => {
  const uplink = new SimulatedUplink(NARROW);
  uplink.ignores = ['jpegQuality', 'frameSize'];
  uplink.run(300);
  assert.ok(uplink.told.length < 8);
  const { jpegQuality, frameSize } = uplink.control.settings;
  assert.deepEqual([jpegQuality, frameSize], [12, 'VGA'], 'what it is said to be set to');
});

test('new settings of the owner are the highest level at once', () => {
  const uplink = settled(NARROW);
  const wanted = { jpegQuality: 20, frameSize: 'SVGA', maxFps: 10 } as const;
  uplink.control.setWanted(wanted);
  assert.deepEqual(uplink.control.settings, wanted);
  assert.equal(uplink.control.isLowered, false);
  assert.equal(uplink.control.carriesBps, undefined);
});

test('a camera that reconnects goes on where it was; after a long absence it begins anew', () => {
  const { control, nowUs } = settled(NARROW);
  const { settings } = control;
  control.onDisconnected(nowUs);
  assert.equal(control.onConnected(nowUs + 60e6), true);
  assert.deepEqual(control.settings, settings);
  control.onDisconnected(nowUs + 60e6);
  assert.equal(control.onConnected(nowUs + 3600e6), false);
  assert.deepEqual(control.settings, USUAL_SETTINGS);
});

test('a setting that a camera has refused is tried again after a long absence', () => {
  const uplink = new SimulatedUplink(NARROW);
  uplink.rejects = ['jpegQuality', 'frameSize'];
  uplink.run(60);
  uplink.rejects = [];
  const { control } = uplink;
  control.onDisconnected(uplink.nowUs);
  control.onConnected(uplink.nowUs + 1e6);
  assert.deepEqual(control.settings, { ...USUAL_SETTINGS, maxFps: 5 });
  control.onDisconnected(uplink.nowUs - 3600e6);
  control.onConnected(uplink.nowUs);
  uplink.set = control.settings;
  uplink.run(60);
  assert.notEqual(uplink.set.frameSize, 'VGA');
});
