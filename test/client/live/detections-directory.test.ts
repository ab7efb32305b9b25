import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Emitter } from '../../../client/emitter.ts';
import { DetectionsChoice } from '../../../client/live/detections-choice.ts';
import { DetectionsDirectory } from '../../../client/live/detections-directory.ts';
import { boxesText, boxText } from '../../../client/live/detections-text.ts';
import { pictureArea } from '../../../client/live/picture-area.ts';
import type { SignalingClientEvents } from '../../../client/signaling/signaling-client.ts';

class Signaling extends Emitter<SignalingClientEvents> {
  state = 'open' as const;
  readonly asked: string[] = [];
  say: Emitter<SignalingClientEvents>['emit'] = (...event) => this.emit(...event);
  request = (method: string, data: object): Promise<never> => {
    this.asked.push(`${method} ${Object.values(data).join(' ')}`);
    return Promise.reject(new Error('no answer'));
  };
}

const BOX = { label: 'person', score: 0.87, x: 0, y: 0, width: 0.1, height: 0.2 };

test('a camera is asked for once, again on each connection, and given up with its last watcher', () => {
  const signaling = new Signaling();
  const directory = new DetectionsDirectory(signaling);
  const first = directory.watch('door');
  const second = directory.watch('door');
  assert.equal(first.track, second.track);
  signaling.say('state', 'open');
  first.stop();
  first.stop();
  assert.deepEqual(signaling.asked, ['setDetections door true', 'setDetections door true']);
  second.stop();
  assert.equal(signaling.asked.at(-1), 'setDetections door false');
});

test('a report reaches the track of its camera, and one of another camera is dropped', () => {
  const signaling = new Signaling();
  const directory = new DetectionsDirectory(signaling);
  const { track } = directory.watch('door');
  const changed: string[] = [];
  directory.on('change', (cameraId) => changed.push(cameraId));
  for (const cameraId of ['door', 'yard'])
    signaling.say('detections', { cameraId, analyser: 'a', captureUs: 1_000, boxes: [BOX] });
  assert.deepEqual(track.boxesAt(1_000), [BOX]);
  assert.deepEqual(changed, ['door', 'yard']);
});

test('the device remembers that boxes are hidden; without storage it holds for the page', () => {
  const kept = new Map<string, string>();
  const storage = () => ({
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
  const choice = new DetectionsChoice(storage);
  assert.equal(choice.isShown, true);
  choice.choose(false);
  assert.equal(new DetectionsChoice(storage).isShown, false);
  const blocked = new DetectionsChoice(() => {
    throw new Error('blocked');
  });
  blocked.choose(false);
  assert.equal(blocked.isShown, false);
});

test('boxes in words', () => {
  assert.equal(boxText(BOX), 'person 87 %');
  const boxes = ['dog', 'person', 'person'].map((label) => ({ label }));
  assert.equal(boxesText(boxes), 'Detected: 2 person, 1 dog');
});

test('the picture is where CSS puts it', () => {
  const vga = { width: 640, height: 480 };
  const wide = { width: 1280, height: 480 };
  assert.deepEqual(pictureArea(wide, vga, 'contain'), { left: 320, top: 0, width: 640, height: 480 });
  assert.deepEqual(pictureArea(wide, vga, 'cover'), { left: 0, top: -240, width: 1280, height: 960 });
  assert.deepEqual(pictureArea({ width: 320, height: 480 }, vga, 'contain'), {
    left: 0,
    top: 120,
    width: 320,
    height: 240,
  });
  assert.equal(pictureArea(wide, { width: 0, height: 0 }, 'contain'), undefined);
});
