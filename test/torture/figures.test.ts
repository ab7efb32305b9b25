import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTACKS } from './attacks.ts';
import {
  brokenLimits,
  figuresOf,
  type Absence,
  type HealthSample,
  type ResourceSample,
  type Samples,
} from './figures.ts';

/** A minute without and a minute with attack, then ten seconds; everything normal. */
const PHASE = { fromMs: 60_000, toMs: 120_000, recoveredMs: 130_000 };

interface Change {
  /** By the second they describe. */
  frames?: Record<number, number>;
  health?: Record<number, Partial<HealthSample>>;
  resources?: Record<number, Partial<ResourceSample>>;
  absences?: Absence[];
}

function samplesWith({ frames = {}, health = {}, resources = {}, absences = [] }: Change): Samples {
  const seconds = Array.from({ length: 130 }, (_, second) => ({ second, atMs: second * 1_000 + 500 }));
  return {
    frames: seconds.map(({ second, atMs }) => ({ atMs, frames: frames[second] ?? 25 })),
    health: seconds.map(({ second, atMs }) => ({ atMs, latencyMs: 3, ok: true, ...health[second] })),
    resources: seconds.map(({ second, atMs }) => ({
      atMs,
      serverMb: 200,
      codecMb: 100,
      descriptors: 40,
      ...resources[second],
    })),
    absences,
  };
}

const brokenBy = (change: Change): string[] => brokenLimits(figuresOf(samplesWith(change), PHASE));

test('no limit is broken when the attack changes nothing', () => {
  assert.deepEqual(brokenBy({}), []);
});

test("a stall of one second breaks the viewer's limit, one late frame does not", () => {
  assert.deepEqual(brokenBy({ frames: { 70: 19, 71: 31 } }), []);
  assert.deepEqual(brokenBy({ frames: { 70: 0 } }), ['viewer']);
});

test('a viewer without counted frames has received none', () => {
  const uncounted = { ...samplesWith({}), frames: [] };
  assert.deepEqual(brokenLimits(figuresOf(uncounted, PHASE)), ['viewer']);
});

test('late or missing answers break the limit of health', () => {
  const unanswered = { health: { 80: { latencyMs: 5_000, ok: false } } };
  assert.deepEqual(brokenBy(unanswered), ['health']);
  assert.equal(figuresOf(samplesWith(unanswered), PHASE).health.failed, 1);
});

test('memory and descriptors count at the end, not at the peak', () => {
  const peak = { resources: { 90: { serverMb: 900, codecMb: 900, descriptors: 900 } } };
  assert.deepEqual(brokenBy(peak), []);
  assert.equal(figuresOf(samplesWith(peak), PHASE).peak.serverMb, 900);
  assert.deepEqual(brokenBy({ resources: { 129: { serverMb: 251, codecMb: 126, descriptors: 61 } } }), [
    'memory of the server',
    'memory of the codec processes',
    'descriptors',
  ]);
});

test('the figures of a crashed server are broken limits', () => {
  const gone = { serverMb: Number.NaN, codecMb: 0, descriptors: Number.NaN };
  assert.deepEqual(brokenBy({ resources: { 129: gone } }), ['memory of the server', 'descriptors']);
});

test('a camera may be offline for five seconds, and must be back at the end', () => {
  assert.deepEqual(brokenBy({ absences: [{ fromMs: 70_000, toMs: 74_000 }] }), []);
  assert.deepEqual(brokenBy({ absences: [{ fromMs: 70_000, toMs: 76_000 }] }), ['camera']);
  assert.deepEqual(brokenBy({ absences: [{ fromMs: 129_000, toMs: undefined }] }), ['camera']);
  assert.deepEqual(brokenBy({ absences: [{ fromMs: 10_000, toMs: 50_000 }] }), [], 'before the attack');
});

test('each attack is found by its name in a separate file', async () => {
  const names = ATTACKS.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const attack of ATTACKS) {
    const file = (await import(`./attacks/${attack.name}.ts`)) as { attack: unknown };
    assert.equal(file.attack, attack);
  }
});
