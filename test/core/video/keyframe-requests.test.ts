import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyframeRequests } from '../../../server/core/video/keyframe-requests.ts';

const INTERVAL_US = 300_000;

test('without a request no keyframe is due', () => {
  const requests = new KeyframeRequests(INTERVAL_US);
  assert.deepEqual([requests.waitUs(0), requests.takesNew(0)], [undefined, false]);
});

test('the first request is due at once', () => {
  const requests = new KeyframeRequests(INTERVAL_US);
  requests.request();
  assert.equal(requests.waitUs(1_000_000), 0);
});

test('requests close together share one keyframe, and later ones share one more', () => {
  const requests = new KeyframeRequests(INTERVAL_US);
  let keyframes = 0;
  for (let nowUs = 0; nowUs <= 1_000_000; nowUs += 10_000) {
    if (nowUs < 200_000) requests.request();
    if (requests.waitUs(nowUs) === 0) {
      requests.served(nowUs);
      keyframes++;
    }
  }
  assert.equal(keyframes, 2);
  assert.equal(requests.waitUs(1_000_000), undefined);
});

test('a request soon after a keyframe waits for the rest of the interval', () => {
  const requests = new KeyframeRequests(INTERVAL_US);
  requests.request();
  requests.served(0);
  requests.request();
  assert.equal(requests.waitUs(100_000), 200_000);
  assert.equal(requests.waitUs(300_000), 0);
});

test('with any number of requests, keyframes are an interval apart', () => {
  const requests = new KeyframeRequests(INTERVAL_US);
  const servedUs: number[] = [];
  for (let nowUs = 0; nowUs < 5_000_000; nowUs += 7_000) {
    requests.request();
    if (requests.waitUs(nowUs) !== 0) continue;
    requests.served(nowUs);
    servedUs.push(nowUs);
  }
  const gaps = servedUs.slice(1).map((us, index) => us - (servedUs[index] ?? 0));
  assert.ok(Math.min(...gaps) >= INTERVAL_US);
});

test('after a failed keyframe the next is due at once', () => {
  const requests = new KeyframeRequests(INTERVAL_US);
  requests.request();
  requests.served(0);
  requests.failed();
  assert.equal(requests.waitUs(1), 0);
});

test('who wants the next picture as a keyframe has none made of the one there is, and waits for no interval', () => {
  const requests = new KeyframeRequests(INTERVAL_US);
  requests.request();
  requests.served(0);
  requests.requestNext();
  assert.equal(requests.waitUs(1), undefined);
  assert.equal(requests.takesNew(1), true);
  requests.served(1, false);
  assert.equal(requests.takesNew(2), true, 'one that was made again is not it');
  requests.served(2);
  assert.equal(requests.takesNew(3), false);
});
