/** The text of an event's notification, and the page that it opens. */

import { STALLED_SOURCE } from '../../wire/browser-values.ts';
import type { EventKind, EventView } from '../../wire/event.ts';
import type { PushPayload } from '../../wire/notification.ts';
import { fillPath, PAGE_PATHS } from '../../wire/paths.ts';

const WORDS: Readonly<Record<EventKind, string>> = {
  motion: 'Motion',
  offline: 'Camera offline',
  off: 'Camera switched off',
  detection: 'Detection',
};
/** @param name of the camera; @param mayLookBack the page may be that of its recordings */
export function payloadOf(
  { cameraId, source, sourceName, kind, label, zones, startedAtMs }: EventView,
  name: string,
  mayLookBack: boolean,
): PushPayload {
  const isStalled = source === 'connection' && sourceName === STALLED_SOURCE;
  const words = isStalled ? 'Sends no new pictures' : label === '' ? WORDS[kind] : capital(label);
  return {
    title: name,
    body: zones.length > 0 ? `${words} in ${zones.join(', ')}` : words,
    path:
      (kind === 'motion' || kind === 'detection') && mayLookBack
        ? fillPath(PAGE_PATHS.recordingsAt, { cameraId, atMs: startedAtMs })
        : fillPath(PAGE_PATHS.camera, { cameraId }),
    // At most 32 characters of base64url (RFC 8030 section 5.4).
    tag: cameraId.replaceAll(/[^\w-]/g, '').slice(0, 32),
  };
}

function capital(label: string): string {
  return label.slice(0, 1).toUpperCase() + label.slice(1);
}
