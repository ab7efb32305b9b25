import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DeliveryWindow } from '../../../server/core/video/delivery-window.ts';

interface Link {
  bitsPerSecond: number;
  roundTripMs: number;
}

const CAMERA_INTERVAL_MS = 40;
const POLL_MS = 20;

/**
 * A camera of 25 pictures a second over a link in virtual time, for two minutes. @returns what the viewer sees after
 * ten seconds
 */
function watch({ bitsPerSecond, roundTripMs }: Link, bytes: number): { agesMs: number[]; fps: number } {
  const window = new DeliveryWindow();
  const bytesPerMs = bitsPerSecond / 8000;
  const sent: { takenAtMs: number; arrivesAtMs: number; ackedAtMs: number }[] = [];
  let linkFreeAtMs = 0;
  const outstanding = (nowMs: number): number =>
    sent.reduce((sum, { arrivesAtMs, ackedAtMs }) => {
      if (ackedAtMs <= nowMs) return sum;
      const leftMs = arrivesAtMs + roundTripMs / 2 - nowMs;
      return sum + Math.min(bytes, Math.ceil(leftMs * bytesPerMs));
    }, 0);
  const agesMs: number[] = [];
  for (let nowMs = 0; nowMs < 120_000; nowMs += 10) {
    if (nowMs % POLL_MS === 0) window.onOutstanding(outstanding(nowMs), nowMs);
    // The newest waits, so what is sent now was taken within the last interval.
    if (window.isOpen(nowMs) && nowMs - (sent.at(-1)?.takenAtMs ?? -Infinity) >= CAMERA_INTERVAL_MS) {
      const takenAtMs = nowMs - (nowMs % CAMERA_INTERVAL_MS);
      linkFreeAtMs = Math.max(nowMs, linkFreeAtMs) + bytes / bytesPerMs;
      const arrivesAtMs = linkFreeAtMs + roundTripMs / 2;
      sent.push({ takenAtMs, arrivesAtMs, ackedAtMs: arrivesAtMs + roundTripMs / 2 });
      window.onSent(bytes, nowMs);
    }
    if (nowMs < 10_000) continue;
    const newest = sent.findLast(({ arrivesAtMs }) => arrivesAtMs <= nowMs);
    if (newest) agesMs.push(nowMs - newest.takenAtMs);
  }
  const shown = sent.filter(({ arrivesAtMs }) => arrivesAtMs >= 10_000 && arrivesAtMs < 120_000).length;
  return { agesMs: agesMs.toSorted((a, b) => a - b), fps: shown / 110 };
}

const p95 = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length * 0.95)] ?? Infinity;

suite('pictures on their way to a viewer', () => {
  for (const [name, link] of Object.entries({
    '1 Mbit/s': { bitsPerSecond: 1e6, roundTripMs: 40 },
    '1 Mbit/s, far away': { bitsPerSecond: 1e6, roundTripMs: 150 },
    '2 Mbit/s': { bitsPerSecond: 2e6, roundTripMs: 60 },
    '10 Mbit/s': { bitsPerSecond: 1e7, roundTripMs: 20 },
  }))
    test(`over ${name} the picture shown is at most a second old at p95`, () => {
      const { agesMs, fps } = watch(link, 25_000);
      assert.ok(p95(agesMs) <= 1_000, `${p95(agesMs)} ms`);
      const possible = Math.min(25, link.bitsPerSecond / 8 / 25_000);
      assert.ok(fps >= 0.6 * possible, `${fps} of ${possible} per second`);
    });

  test('a link that is far away and fast shows every picture', () => {
    const { fps } = watch({ bitsPerSecond: 1e8, roundTripMs: 200 }, 25_000);
    assert.ok(fps > 24, `${fps} per second`);
  });

  test('a picture is delivered when only later ones are outstanding', () => {
    const window = new DeliveryWindow();
    window.onSent(10_000, 0);
    assert.equal(window.isOpen(0), false);
    window.onOutstanding(10_000, 10);
    window.onOutstanding(5_000, 20);
    assert.equal(window.inFlight, 1);
    window.onOutstanding(0, 30);
    assert.equal(window.isOpen(30), true);
  });

  test('without knowledge of the peer, nothing is held back', () => {
    const window = new DeliveryWindow();
    window.onSent(10_000, 0);
    window.clear();
    assert.equal(window.isOpen(30), true);
  });
});
