import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pacer, type Paced } from '../../../server/core/bandwidth/pacer.ts';

interface Packet extends Paced {
  name: string;
}

interface Sent {
  name: string;
  atMs: number;
  probe: number;
  bytes: number;
}

class Rig {
  readonly sent: Sent[] = [];
  nowUs = 1_000_000;
  hasPadding = true;
  readonly pacer = new Pacer<Packet>(
    ({ name, bytes }, probe, nowUs) =>
      this.sent.push({ name, bytes, probe, atMs: (nowUs - 1_000_000) / 1000 }),
    (bytes) =>
      this.hasPadding ? { name: 'padding', bytes: Math.min(300, bytes), isRepair: true } : undefined,
  );

  add(name: string, bytes = 1000, isRepair = false, ssrc = 1): void {
    this.pacer.add({ name, bytes, isRepair, ssrc }, this.nowUs);
  }

  /** Calls `run` whenever it is due. @returns how often */
  run(ms: number): number {
    const endUs = this.nowUs + ms * 1000;
    let runs = 0;
    for (let { nextUs } = this.pacer; nextUs !== undefined && nextUs <= endUs; { nextUs } = this.pacer) {
      this.nowUs = Math.max(this.nowUs, nextUs);
      this.pacer.run(this.nowUs);
      runs++;
    }
    this.nowUs = endUs;
    return runs;
  }
}

test('nothing waits where the line is much wider than what is sent', () => {
  const rig = new Rig();
  rig.pacer.setRate(3_000_000, 3_000_000);
  for (let frame = 0; frame < 25; frame++) {
    for (let packet = 0; packet < 5; packet++) rig.add(`${frame}`);
    assert.equal(rig.pacer.nextUs, undefined, 'no timer is needed');
    rig.run(40);
  }
  assert.deepEqual(
    rig.sent.map(({ atMs, name }) => atMs - 40 * Number(name)),
    Array.from({ length: 125 }, () => 0),
  );
});

for (const [freeBps, factor] of [
  [800_000, 2.5],
  [undefined, 1.1],
] as const) {
  test(`a keyframe leaves at ${factor} × the rate of a line whose limit was ${freeBps ? 'not ' : ''}met, in order`, () => {
    const rig = new Rig();
    rig.pacer.setRate(800_000, freeBps);
    for (let packet = 0; packet < 30; packet++) rig.add(String(packet));
    // As many as the line carries in 20 ms, and one packet.
    assert.equal(rig.sent.length, 3);
    rig.run(1000);
    assert.deepEqual(
      rig.sent.map(({ name }) => Number(name)),
      Array.from({ length: 30 }, (_, i) => i),
    );
    const bps = (27 * 8000) / ((rig.sent.at(-1)?.atMs ?? 0) / 1000);
    assert.ok(Math.abs(bps / (factor * 800_000) - 1) < 0.06, String(bps));
  });
}

test('repairs leave before video that waits', () => {
  const rig = new Rig();
  rig.pacer.setRate(400_000, undefined);
  for (let packet = 0; packet < 5; packet++) rig.add('video');
  rig.add('repair', 1000, true);
  rig.run(1000);
  assert.deepEqual(
    rig.sent.map(({ name }) => name),
    ['video', 'video', 'repair', 'video', 'video', 'video'],
  );
});

test('the path is full when a packet would wait for more than 0.4 s, and not any more when it would not', () => {
  const rig = new Rig();
  rig.pacer.setRate(400_000, undefined);
  let added = 0;
  while (!rig.pacer.isFull && added++ < 1000) rig.add('video');
  assert.ok(Math.abs(rig.pacer.waitUs - 400_000) < 20_000);
  rig.run(100);
  assert.equal(rig.pacer.isFull, false);
  assert.ok(added < 30);
});

test('upper layers are left out before the path is full', () => {
  const rig = new Rig();
  rig.pacer.setRate(400_000, undefined);
  let [filling, full] = [0, 0];
  for (let added = 1; full === 0 && added < 1000; added++) {
    rig.add('video');
    if (rig.pacer.isFilling && filling === 0) filling = added;
    if (rig.pacer.isFull) full = added;
  }
  assert.ok(filling > 15 && filling < full, `${filling} ${full}`);
});

test('a timer is due only while something waits', () => {
  const rig = new Rig();
  rig.pacer.setRate(400_000, undefined);
  assert.equal(rig.pacer.nextUs, undefined);
  for (let packet = 0; packet < 10; packet++) rig.add('video');
  const runs = rig.run(2000);
  assert.equal(rig.sent.length, 10);
  assert.ok(runs <= 12, String(runs));
  assert.equal(rig.pacer.nextUs, undefined);
});

test('a probe is sent at its rate: video first, then padding, and no more than it needs', () => {
  const rig = new Rig();
  rig.pacer.setRate(400_000, undefined);
  for (let packet = 0; packet < 4; packet++) rig.add('video');
  rig.pacer.startProbe({ id: 7, bps: 2_000_000, bytes: 5000 }, rig.nowUs);
  rig.run(100);
  const probe = rig.sent.filter((packet) => packet.probe === 7);
  const bytes = probe.reduce((sum, packet) => sum + packet.bytes, 0);
  assert.ok(bytes >= 5000 && bytes < 5000 + 1000, String(bytes));
  assert.ok(Math.abs((probe.at(-1)?.atMs ?? 0) - 20) <= 3);
  assert.ok(probe.some(({ name }) => name === 'video') && probe.some(({ name }) => name === 'padding'));
  rig.run(1000);
  assert.equal(rig.sent.filter(({ name }) => name === 'video').length, 4);
  assert.equal(rig.pacer.nextUs, undefined);
});

test('a probe that nothing can fill ends', () => {
  const rig = new Rig();
  rig.hasPadding = false;
  rig.pacer.startProbe({ id: 1, bps: 2_000_000, bytes: 5000 }, rig.nowUs);
  rig.run(1000);
  assert.deepEqual([rig.sent.length, rig.pacer.nextUs], [0, undefined]);
});

test('while nothing is known of a line, the first keyframe leaves at 5 Mbit/s', () => {
  const rig = new Rig();
  for (let packet = 0; packet < 40; packet++) rig.add('video');
  rig.run(1000);
  assert.ok(Math.abs((rig.sent.at(-1)?.atMs ?? 0) - 44) < 5, String(rig.sent.at(-1)?.atMs));
});

test('until a limit is met, the keyframes of many cameras wait for a probe’s result, and none is skipped', () => {
  for (const cameras of [4, 16]) {
    const rig = new Rig();
    rig.pacer.setRate(2_000_000, cameras * 1_000_000);
    for (let packet = 0; packet < 44 * cameras; packet++) rig.add('keyframe');
    assert.equal(rig.pacer.isFull, false);
    rig.run(100);
    const sentBytes = 1000 * rig.sent.length;
    assert.ok(sentBytes < (cameras * 1_000_000 * 0.02 + 2.5 * 2_000_000 * 0.1) / 8 + 2000, String(sentBytes));
    rig.pacer.setRate(cameras * 2_000_000, cameras * 1_000_000);
    rig.run(1000);
    assert.equal(rig.sent.length, 44 * cameras);
    assert.ok((rig.sent.at(-1)?.atMs ?? 0) < 200, String(rig.sent.at(-1)?.atMs));
  }
});

for (const bps of [0, 1, 30_000]) {
  test(`at an estimate of ${bps} bit/s packets still leave, and what is due has a time`, () => {
    const rig = new Rig();
    rig.pacer.setRate(bps, undefined);
    for (let packet = 0; packet < 3; packet++) rig.add('video');
    assert.ok((rig.pacer.nextUs ?? Infinity) < rig.nowUs + 1_000_000, String(rig.pacer.nextUs));
    rig.run(2000);
    assert.equal(rig.sent.length, 3);
  });
}

test('repairs that waited for more than 0.4 s are dropped, so what waits has a limit', () => {
  const rig = new Rig();
  rig.pacer.setRate(400_000, undefined);
  for (let packet = 0; packet < 1000; packet++) rig.add('repair', 1000, true);
  rig.run(500);
  assert.ok(rig.sent.length < 30, String(rig.sent.length));
  assert.deepEqual([rig.pacer.waitUs, rig.pacer.nextUs], [0, undefined]);
});

test('in a full pacer a keyframe takes the place of more of its own stream, and of nothing else', () => {
  const rig = new Rig();
  rig.pacer.setRate(3_000_000, 3_000_000);
  for (let packet = 0; packet < 60; packet++)
    rig.add(packet % 2 ? 'door' : 'garden', 1000, false, packet % 2);
  rig.pacer.setRate(100_000, undefined);
  assert.equal(rig.pacer.isFull, true);
  const waitUs = rig.pacer.waitUs;
  assert.equal(rig.pacer.replace(1, 40_000), false, 'more would wait');
  assert.equal(rig.pacer.waitUs, waitUs);
  assert.equal(rig.pacer.replace(1, 5000), true);
  assert.equal(rig.pacer.replace(1, 5000), false, 'nothing is left of it');
  rig.sent.length = 0;
  rig.add('keyframe', 5000);
  assert.ok(rig.pacer.waitUs < waitUs);
  rig.run(10_000);
  assert.deepEqual([...new Set(rig.sent.map(({ name }) => name))], ['garden', 'keyframe']);
});
