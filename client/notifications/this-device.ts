/** This browser as a device for notifications: its service worker, its permission, its subscription. */

import type { PushDevice } from '../../server/wire/notification.ts';
import { BASE_PATH } from '../http/base-path.ts';
import type { DeviceFacts } from './device-state.ts';

const WORKER_URL = `${BASE_PATH}/service-worker.js`;
/** Longer than a push service takes to answer; a blocked one never does. */
const PUSH_TIMEOUT_MS = 15_000;

/** @param deviceIds from the server */
export async function factsOfThisDevice(deviceIds: readonly string[]): Promise<DeviceFacts> {
  const hasPush = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  const subscription = hasPush ? await currentSubscription() : null;
  return {
    isSecure: window.isSecureContext,
    hasPush,
    isApple: /iPhone|iPad|Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1,
    isInstalled: matchMedia('(display-mode: standalone)').matches,
    permission: hasPush ? Notification.permission : 'default',
    isSubscribed: subscription !== null && deviceIds.includes(await deviceIdOf(subscription.endpoint)),
  };
}

/**
 * To be called from a click: otherwise some browsers do not ask the user.
 *
 * @param publicKey the server's, base64url
 * @returns undefined when the user did not allow it
 * @throws Error when the browser's push service refuses
 */
export async function subscribe(publicKey: string): Promise<PushDevice | undefined> {
  if ((await Notification.requestPermission()) !== 'granted') return undefined;
  try {
    const subscription = await inTime(newSubscription(publicKey));
    return subscription.toJSON() as unknown as PushDevice;
  } catch (error) {
    throw new Error(
      'The push service of this browser is not available, or does not answer. It may be blocked, offline or turned off, or this may be a private window.',
      { cause: error },
    );
  }
}

async function newSubscription(publicKey: string): Promise<PushSubscription> {
  await navigator.serviceWorker.register(WORKER_URL);
  const { pushManager } = await navigator.serviceWorker.ready;
  const known = await pushManager.getSubscription();
  // A subscription for another server that had this address before never delivers.
  if (known && keyOf(known) !== publicKey) await known.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
}

/** @throws Error when it takes longer than a push service takes */
function inTime<T>(answer: Promise<T>): Promise<T> {
  const timeout = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('the browser did not answer')), PUSH_TIMEOUT_MS);
  });
  return Promise.race([answer, timeout]);
}

/** @returns the id the server knows it by; undefined when there was none */
export async function unsubscribe(): Promise<string | undefined> {
  const subscription = await currentSubscription();
  if (!subscription) return undefined;
  const id = await deviceIdOf(subscription.endpoint);
  await inTime(subscription.unsubscribe());
  return id;
}

async function currentSubscription(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration();
  // A browser that cannot say is one without.
  return inTime(registration?.pushManager.getSubscription() ?? Promise.resolve(null)).catch(() => null);
}

async function deviceIdOf(endpoint: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(endpoint));
  return base64url(hash);
}

function keyOf({ options: { applicationServerKey } }: PushSubscription): string | undefined {
  return applicationServerKey ? base64url(applicationServerKey) : undefined;
}

function base64url(buffer: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
