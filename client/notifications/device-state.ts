/** Whether this browser can get notifications, and if not, what the user can do about it. Pure. */

/** The facts that the browser reports. */
export interface DeviceFacts {
  /** Service workers, and thus push, exist only over https and on localhost. */
  isSecure: boolean;
  hasPush: boolean;
  /** An iPhone or iPad: push is for apps on the home screen. */
  isApple: boolean;
  isInstalled: boolean;
  permission: NotificationPermission;
  /** It has a subscription, and the server knows it. */
  isSubscribed: boolean;
}

export type DeviceState = 'insecure' | 'notInstalled' | 'unsupported' | 'blocked' | 'off' | 'on';

export function deviceState(facts: DeviceFacts): DeviceState {
  if (!facts.isSecure) return 'insecure';
  if (!facts.hasPush) return facts.isApple && !facts.isInstalled ? 'notInstalled' : 'unsupported';
  if (facts.permission === 'denied') return 'blocked';
  return facts.isSubscribed && facts.permission === 'granted' ? 'on' : 'off';
}

export const DEVICE_TEXTS: Readonly<Record<DeviceState, string>> = {
  insecure: 'Notifications need a secure connection. Open Vigie at an address that begins with https://.',
  notInstalled:
    'On an iPhone or iPad, add Vigie to the home screen (Share, then “Add to Home Screen”) and open it from there.',
  unsupported: 'This browser does not support notifications, or this is a private window.',
  blocked: 'Notifications are blocked for this page. Allow them in the browser’s site settings.',
  off: 'Notifications are off on this device.',
  on: 'Notifications are on, even while Vigie is closed, as long as you stay signed in on this device.',
};
