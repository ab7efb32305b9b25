import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Emitter } from '../../../client/emitter.ts';
import { FiguresDirectory } from '../../../client/live/figures-directory.ts';
import type { SignalingClientEvents } from '../../../client/signaling/signaling-client.ts';
import type { ConsumerFigures, ViewerFigures } from '../../../server/wire/viewer-figures.ts';

const DOOR: ConsumerFigures = {
  consumerId: 'c',
  cameraId: 'door',
  rung: 'full',
  layers: 3,
  limitedBy: null,
  packetsSent: 1,
  packetsRetransmitted: 0,
  repairPacketsSent: 0,
  fractionLost: 0,
};
const LINE: ViewerFigures = {
  transportId: 't',
  path: 'udp',
  obstacle: null,
  estimateBps: 300_000,
  queueMs: 4,
  roundTripMs: 9,
  consumers: [DOOR],
};

class Signaling extends Emitter<SignalingClientEvents> {
  say: Emitter<SignalingClientEvents>['emit'] = (...event) => this.emit(...event);
}

function setUp() {
  const signaling = new Signaling();
  return { signaling, figures: new FiguresDirectory(signaling) };
}

test('a camera has the newest figures of its consumer, and none after the connection has gone', () => {
  const { signaling, figures } = setUp();
  assert.equal(figures.of(undefined), undefined);
  signaling.say('viewerFigures', LINE);
  const newer = { ...LINE, estimateBps: 900_000 };
  signaling.say('viewerFigures', newer);
  assert.deepEqual(figures.of('c'), { line: newer, consumer: DOOR });
  assert.equal(figures.of('other'), undefined);
  signaling.say('state', 'waiting');
  assert.equal(figures.of('c'), undefined);
});

test('an estimate counts while a camera is sent on that transport, for it is as old as the last packet', () => {
  const { signaling, figures } = setUp();
  signaling.say('viewerFigures', LINE);
  assert.equal(figures.estimateBps('t'), 300_000);
  assert.deepEqual([figures.estimateBps('other'), figures.estimateBps(undefined)], [null, null]);
  signaling.say('viewerFigures', { ...LINE, consumers: [{ ...DOOR, layers: null }] });
  assert.equal(figures.estimateBps('t'), null);
  signaling.say('viewerFigures', LINE);
  signaling.say('transportClosed', { transportId: 't', reason: 'timeout' });
  assert.equal(figures.estimateBps('t'), null);
});
