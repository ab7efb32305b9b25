import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Emitter } from '../../client/emitter.ts';

class Bell extends Emitter<{ ring: number }> {
  ring(times: number): void {
    this.emit('ring', times);
  }
}

test('listeners are called until they are removed', () => {
  const bell = new Bell();
  const heard: number[] = [];
  const stop = bell.on('ring', (times) => heard.push(times));
  bell.ring(1);
  stop();
  stop();
  bell.ring(2);
  assert.deepEqual(heard, [1]);
});

test('a listener may remove itself while it is called', () => {
  const bell = new Bell();
  const heard: string[] = [];
  const stop = bell.on('ring', () => {
    heard.push('first');
    stop();
  });
  bell.on('ring', () => heard.push('second'));
  bell.ring(1);
  bell.ring(1);
  assert.deepEqual(heard, ['first', 'second', 'second']);
});

test('a listener that throws is reported and does not affect the others', (context) => {
  const bell = new Bell();
  let heard = 0;
  const failure = new Error('a bug in a listener');
  const reported: unknown[] = [];
  // The emitter reports by queueMicrotask; here its error is caught instead of ending the process.
  context.mock.method(globalThis, 'queueMicrotask', (work: () => void) => {
    try {
      work();
    } catch (error) {
      reported.push(error);
    }
  });
  bell.on('ring', () => {
    throw failure;
  });
  bell.on('ring', () => heard++);
  bell.ring(1);
  assert.equal(heard, 1);
  assert.deepEqual(reported, [failure]);
});
