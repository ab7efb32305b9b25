import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deviceState, type DeviceFacts } from '../../../client/notifications/device-state.ts';
import { withNight } from '../../../client/notifications/notification-choices.ts';

const able: DeviceFacts = {
  isSecure: true,
  hasPush: true,
  isApple: false,
  isInstalled: false,
  permission: 'default',
  isSubscribed: false,
};

suite('a device that could get notifications', () => {
  for (const [name, facts, expected] of [
    ['not asked yet', {}, 'off'],
    ['over plain http', { isSecure: false, hasPush: false }, 'insecure'],
    ['an iPhone’s browser', { hasPush: false, isApple: true }, 'notInstalled'],
    [
      'an iPhone’s home screen, long ago',
      { hasPush: false, isApple: true, isInstalled: true },
      'unsupported',
    ],
    ['a browser without push', { hasPush: false }, 'unsupported'],
    ['its owner refused', { permission: 'denied', isSubscribed: true }, 'blocked'],
    ['allowed, but signed out since', { permission: 'granted' }, 'off'],
    ['subscribed', { permission: 'granted', isSubscribed: true }, 'on'],
    ['known to the server, but not allowed any more', { isSubscribed: true }, 'off'],
  ] as const)
    test(name, () => assert.equal(deviceState({ ...able, ...facts }), expected));
});

test('other hours keep their days, and windows added by programs stay', () => {
  const weekend = { days: [0, 6], from: '00:00', to: '24:00' };
  assert.deepEqual(withNight([], '23:00', '06:00'), [
    { days: [0, 1, 2, 3, 4, 5, 6], from: '23:00', to: '06:00' },
  ]);
  assert.deepEqual(withNight([{ ...weekend, from: '01:00' }, weekend], '23:00', '06:00'), [
    { days: [0, 6], from: '23:00', to: '06:00' },
    weekend,
  ]);
});
