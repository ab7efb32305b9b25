/** Reads a push message. Pure. */

import type { PushPayload } from '../../server/wire/notification.ts';

/** Shown for an unreadable message: browsers require a notification. */
const UNREADABLE: PushPayload = {
  title: 'Vigie',
  body: 'New event.',
  path: '/events',
  tag: 'vigie',
};

/**
 * @param text as it arrived; a path that leads to another host is not followed
 * @param basePath of the app, which the message does not contain
 */
export function readPush(text: string | undefined, basePath = ''): PushPayload {
  const payload = payloadOf(text);
  return { ...payload, path: basePath + payload.path };
}

function payloadOf(text: string | undefined): PushPayload {
  try {
    const { title, body, path, tag } = JSON.parse(text ?? '') as Partial<Record<keyof PushPayload, unknown>>;
    if (typeof title !== 'string' || typeof body !== 'string' || typeof tag !== 'string') return UNREADABLE;
    const isOurs = typeof path === 'string' && /^\/(?![/\\])/.test(path);
    return { title, body, tag, path: isOurs ? path : '/events' };
  } catch {
    return UNREADABLE;
  }
}
