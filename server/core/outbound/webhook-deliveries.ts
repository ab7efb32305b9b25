/**
 * The messages that an event causes for each webhook, and their content (the message of wire/webhook.ts, signed when it
 * is sent).
 */

import type { EventView } from '../../wire/event.ts';
import { fillPath, PAGE_PATHS } from '../../wire/paths.ts';
import type { WebhookMessage, WebhookView } from '../../wire/webhook.ts';

export interface NewDelivery {
  webhookId: string;
  type: WebhookMessage['type'];
  /** The event's id: a webhook gets each message about it once. */
  subject: string;
  /** Exactly as it is sent without a base path. */
  body: string;
}

/** @param cameraName empty for a removed camera */
export function eventDeliveries(
  webhooks: readonly WebhookView[],
  event: EventView,
  cameraName: string,
  nowMs: number,
): NewDelivery[] {
  return webhooks.flatMap(({ id, enabled, kinds, labels, cameraIds, moment }) => {
    const concerns =
      (cameraIds.length === 0 || cameraIds.includes(event.cameraId)) &&
      (event.kind !== 'detection' || labels.length === 0 || labels.includes(event.label));
    if (!enabled || !kinds.includes(event.kind) || !concerns) return [];
    const data = {
      ...event,
      cameraName,
      recording: fillPath(PAGE_PATHS.recordingsAt, { cameraId: event.cameraId, atMs: event.startedAtMs }),
    };
    const starts = moment !== 'ended' && isNew(event);
    const ends = moment !== 'started' && event.endedAtMs !== null;
    return [
      ...(starts ? [delivery(id, event.id, { type: 'event.started', timestamp: iso(nowMs), data })] : []),
      ...(ends ? [delivery(id, event.id, { type: 'event.ended', timestamp: iso(nowMs), data })] : []),
    ];
  });
}

/** A test message without an event. */
export function testDelivery(webhookId: string, nowMs: number): NewDelivery {
  return delivery(webhookId, iso(nowMs), { type: 'test', timestamp: iso(nowMs), data: null });
}

/**
 * A stored message as it is sent: its link has the present base path, whatever the base path was when it was stored.
 *
 * @param basePath without a slash at the end; empty: there is none
 */
export function bodyUnder(basePath: string, body: string): string {
  if (basePath === '') return body;
  const message = JSON.parse(body) as WebhookMessage;
  if (message.data) message.data.recording = basePath + message.data.recording;
  return JSON.stringify(message);
}

function delivery(webhookId: string, subject: string, message: WebhookMessage): NewDelivery {
  return { webhookId, type: message.type, subject, body: JSON.stringify(message) };
}

/** The event continues, or is stored only once, at its end. */
function isNew({ startedAtMs, endedAtMs }: EventView): boolean {
  return endedAtMs === null || endedAtMs === startedAtMs;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
