import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Emitter } from '../../../client/emitter.ts';
import { deviceTimeZone } from '../../../client/dates/shown-time.ts';
import { ShownZone } from '../../../client/dates/shown-zone.ts';
import type { SiteTimeZone } from '../../../server/wire/site.ts';
import { until } from '../../support/until.ts';

class Signaling extends Emitter<{ siteTimeZone: SiteTimeZone; state: 'open' | 'closed' }> {
  say(zone: string): void {
    this.emit('siteTimeZone', { timeZone: zone, chosen: true });
  }

  open(): void {
    this.emit('state', 'open');
  }
}

function shownZone(ask: () => Promise<SiteTimeZone>) {
  const signaling = new Signaling();
  const zone = new ShownZone(signaling, ask);
  return { signaling, zone };
}

test('times are in the device’s zone until the server says the site’s, and in the newest it says', async () => {
  const { signaling, zone } = shownZone(async () => ({ timeZone: 'Asia/Tokyo', chosen: true }));
  const changes: string[] = [];
  zone.on('change', ({ timeZone }) => changes.push(timeZone));
  assert.deepEqual([zone.zone, zone.time.timeZone], [undefined, deviceTimeZone()]);
  signaling.open();
  await until('the server has answered', () => changes.length > 0);
  signaling.say('Europe/Paris');
  assert.deepEqual(changes, ['Asia/Tokyo', 'Europe/Paris']);
  assert.deepEqual(zone.zone, { timeZone: 'Europe/Paris', chosen: true });
});

test('an answer that was on its way does not replace what the server said meanwhile', async () => {
  const answer = Promise.withResolvers<SiteTimeZone>();
  const { signaling, zone } = shownZone(() => answer.promise);
  const loading = zone.load();
  signaling.say('Europe/Paris');
  answer.resolve({ timeZone: 'Asia/Tokyo', chosen: true });
  await loading;
  assert.equal(zone.time.timeZone, 'Europe/Paris');
});

test('a zone that this browser does not know leaves times in its own', () => {
  const { signaling, zone } = shownZone(() => Promise.reject(new Error('not asked')));
  signaling.say('Asia/Tokyo');
  signaling.say('Mars/Olympus_Mons');
  assert.equal(zone.time.timeZone, deviceTimeZone());
});
