import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { suite, test } from 'node:test';
import { clockView } from '../../server/core/clock-trust.ts';
import { unmappedTime } from '../../server/core/site-clock.ts';
import { ClockTrust } from '../../server/site/clock-trust.ts';
import { RELEASED_AT_MS } from '../../server/site/open-site.ts';
import type { SiteClockView } from '../../server/wire/site.ts';

const DAY_MS = 86_400_000;

function codeAt(nowMs: number, synchronized: boolean | undefined): string | undefined {
  return clockView({ nowMs, releasedAtMs: RELEASED_AT_MS, synchronized }).problem?.code;
}

suite('whether the clock can be right', () => {
  test('not before this release', () => {
    for (const synchronized of [true, false, undefined])
      assert.equal(codeAt(RELEASED_AT_MS - 1, synchronized), 'beforeRelease');
    assert.equal(codeAt(0, undefined), 'beforeRelease');
  });

  test('not while systemd says that it is not synchronized', () =>
    assert.equal(codeAt(RELEASED_AT_MS + DAY_MS, false), 'notSynchronized'));

  test('perhaps, where nobody says anything', () => {
    assert.equal(codeAt(RELEASED_AT_MS, undefined), undefined);
    assert.equal(codeAt(RELEASED_AT_MS + DAY_MS, true), undefined);
  });

  test('a problem is told in a sentence with the wrong date and what to do', () => {
    const { problem } = clockView({ nowMs: 0, releasedAtMs: RELEASED_AT_MS, synchronized: undefined });
    assert.match(problem?.text ?? '', /1970-01-01.*NTP/);
  });

  test('it is told when that changes, and once', async () => {
    let [nowMs, synchronized] = [RELEASED_AT_MS + DAY_MS, true];
    const trust = new ClockTrust(
      unmappedTime(() => nowMs * 1000),
      RELEASED_AT_MS,
      () => Promise.resolve(synchronized),
    );
    const told: (string | undefined)[] = [];
    trust.on('changed', ({ problem }: SiteClockView) => told.push(problem?.code));
    await trust.check();
    synchronized = false;
    await trust.check();
    await trust.check();
    nowMs = 0;
    trust.tell();
    [nowMs, synchronized] = [RELEASED_AT_MS + DAY_MS, true];
    await trust.check();
    trust.close();
    assert.deepEqual(told, ['notSynchronized', 'beforeRelease', undefined]);
  });

  test('a server that starts with a wrong clock tells when it was set right', () => {
    let nowMs = 0;
    const trust = new ClockTrust(
      unmappedTime(() => nowMs * 1000),
      RELEASED_AT_MS,
    );
    const told: SiteClockView[] = [];
    trust.on('changed', (view) => told.push(view));
    trust.tell();
    nowMs = RELEASED_AT_MS;
    trust.tell();
    trust.close();
    assert.deepEqual(told, [{ problem: null }]);
  });

  test('a system that cannot be asked says nothing', async () => {
    const trust = new ClockTrust(
      unmappedTime(() => (RELEASED_AT_MS + DAY_MS) * 1000),
      RELEASED_AT_MS,
      () => Promise.reject(new Error('no timedatectl')),
    );
    await trust.check();
    assert.deepEqual(trust.view, { problem: null });
    trust.close();
  });
});

test('package.json has the day of the newest release in the changelog, or of the work towards the next', () => {
  const root = resolve(import.meta.dirname, '../..');
  const { releasedAt } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
    releasedAt: string;
  };
  assert.match(releasedAt, /^\d{4}-\d\d-\d\d$/);
  const released = /^## \[?\d[^\n]*?(\d{4}-\d\d-\d\d)/m.exec(
    readFileSync(resolve(root, 'CHANGELOG.md'), 'utf8'),
  );
  if (released) assert.equal(releasedAt, released[1]);
  assert.ok(Date.parse(releasedAt) <= Date.now(), 'it is not in the future');
});
