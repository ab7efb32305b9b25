/** Whether this browser can be told what happens, and if not, what its owner can do about it. Pure. */

/** What the browser says of itself. */
export interface DeviceFacts {
  /** Service workers, and thus push, exist over https and on localhost only. */
  isSecure: boolean;
  hasPush: boolean;
  /** An iPhone or iPad: push is for apps on the home screen. */
  isApple: boolean;
  isInstalled: boolean;
  permission: NotificationPermission;
  /** It has a subscription, and the server knows it. */
  isTold: boolean;
}

export type DeviceState = 'insecure' | 'notInstalled' | 'unsupported' | 'blocked' | 'off' | 'on';

export function deviceState(facts: DeviceFacts): DeviceState {
  if (!facts.isSecure) return 'insecure';
  if (!facts.hasPush) return facts.isApple && !facts.isInstalled ? 'notInstalled' : 'unsupported';
  if (facts.permission === 'denied') return 'blocked';
  return facts.isTold && facts.permission === 'granted' ? 'on' : 'off';
}

export const DEVICE_TEXTS: Readonly<Record<DeviceState, string>> = {
  insecure:
    'Browsers take notifications over a secure connection only. Open Vigie by an address that begins with https://.',
  notInstalled:
    'On an iPhone or iPad, first add Vigie to the home screen (Share, then “Add to Home Screen”), and open it from there.',
  unsupported: 'This browser takes no notifications. Most others do; in a private window none does.',
  blocked:
    'This browser has been told to take no notifications from Vigie. Allow them in its settings for this page, then come back.',
  off: 'This device is not notified yet.',
  on: 'This device is notified, also while Vigie is closed, as long as you stay signed in on it.',
};
