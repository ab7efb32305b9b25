import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Emitter } from '../../../client/emitter.ts';
import { PictureQualityChoice } from '../../../client/live/picture-quality.ts';
import type { SignalingClient, SignalingClientEvents } from '../../../client/signaling/signaling-client.ts';

class Signaling extends Emitter<SignalingClientEvents> {
  state: 'waiting' | 'open' = 'waiting';
  readonly requests: unknown[] = [];
  request = async (...request: unknown[]) => void this.requests.push(request);

  open(): void {
    this.state = 'open';
    this.emit('state', 'open');
  }
}

function setUp(stored: Record<string, string> = {}) {
  const signaling = new Signaling();
  const storage = {
    getItem: (key: string) => stored[key] ?? null,
    setItem: (key: string, value: string) => void (stored[key] = value),
  };
  const choice = new PictureQualityChoice(signaling as unknown as SignalingClient, () => storage);
  return { signaling, stored, choice };
}

test('the quality is full until another is chosen, which the server is told at once and on each later connection', () => {
  const { signaling, choice } = setUp();
  signaling.open();
  assert.deepEqual([choice.current, signaling.requests], ['full', []]);
  choice.choose('half');
  choice.choose('half');
  signaling.open();
  assert.deepEqual(signaling.requests, [
    ['setQuality', { quality: 'half' }],
    ['setQuality', { quality: 'half' }],
  ]);
});

test('the device remembers the quality; a value that is none is full', () => {
  const { stored, choice } = setUp();
  choice.choose('minimum');
  const again = setUp(stored);
  assert.equal(again.choice.current, 'minimum');
  again.signaling.open();
  assert.deepEqual(again.signaling.requests, [['setQuality', { quality: 'minimum' }]]);
  const [key = ''] = Object.keys(stored);
  assert.equal(setUp({ [key]: 'best' }).choice.current, 'full');
});

test('a device whose user has blocked storage still has the choice', () => {
  const signaling = new Signaling();
  const choice = new PictureQualityChoice(signaling as unknown as SignalingClient, () => {
    throw new Error('SecurityError');
  });
  choice.choose('half');
  assert.equal(choice.current, 'half');
});

test('another page of the device changes the quality of this one', () => {
  const { signaling, stored, choice } = setUp();
  signaling.open();
  const seen: string[] = [];
  choice.on('change', (quality) => seen.push(quality));
  setUp(stored).choice.choose('minimum');
  choice.reload();
  choice.reload();
  assert.deepEqual([seen, signaling.requests], [['minimum'], [['setQuality', { quality: 'minimum' }]]]);
});
