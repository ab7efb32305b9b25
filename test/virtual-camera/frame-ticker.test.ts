import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  cameraClockUs,
  FrameTicker,
  wallClockUs,
  type CapturedFrame,
} from '../../server/virtual-camera/frame-ticker.ts';
import type { PictureSource } from '../../server/virtual-camera/picture-source.ts';

function source(onRender: (timeUs: number) => void): PictureSource {
  return {
    render: (timeUs) => {
      onRender(timeUs);
      return { jpeg: new Uint8Array(), width: 2, height: 2 };
    },
    apply: () => Promise.resolve(undefined),
    close: () => undefined,
  };
}

/** Runs a ticker until it has produced this many frames. */
async function frames(count: number, fps: number, onRender: (timeUs: number) => void = () => undefined) {
  const seen: (CapturedFrame & { nowUs: number })[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const ticker = new FrameTicker(source(onRender), fps, (frame) => {
    seen.push({ ...frame, nowUs: cameraClockUs() });
    if (seen.length === count) resolve();
  });
  ticker.start();
  ticker.start();
  await promise;
  ticker.stop();
  ticker.stop();
  return { seen, ticker };
}

suite('frame ticker', () => {
  test('ticks are a whole number of intervals apart', async () => {
    const { seen } = await frames(8, 50);
    for (const [index, { captureUs }] of seen.entries()) {
      const before = seen[index - 1]?.captureUs;
      if (before === undefined) continue;
      const intervals = (captureUs - before) / 20_000;
      assert.ok(intervals > 0.99 && Math.abs(intervals - Math.round(intervals)) < 0.001, String(intervals));
    }
  });

  test('a frame shows the time of its tick, and is never sent before it', async () => {
    const rendered: number[] = [];
    const { seen } = await frames(8, 60, (timeUs) => rendered.push(timeUs));
    for (const [index, { captureUs, nowUs }] of seen.entries()) {
      assert.equal(rendered[index], wallClockUs(captureUs));
      assert.ok(nowUs >= captureUs);
    }
  });

  test('a source that is too slow loses ticks, which are counted and not made up for', async () => {
    const { seen, ticker } = await frames(4, 60, () => {
      const until = cameraClockUs() + 40_000;
      while (cameraClockUs() < until);
    });
    assert.ok(ticker.missed >= 3, String(ticker.missed));
    for (const { captureUs, nowUs } of seen) assert.ok(nowUs >= captureUs);
  });
});
