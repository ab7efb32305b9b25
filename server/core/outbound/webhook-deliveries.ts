/** Which messages an event makes for which webhooks, and what they say (the message of wire/webhook.ts, signed when it is sent). */

import type { EventView } from '../../wire/event.ts';
import { fillPath, PAGE_PATHS } from '../../wire/paths.ts';
import type { WebhookMessage, WebhookView } from '../../wire/webhook.ts';

export interface NewDelivery {
  webhookId: string;
  type: WebhookMessage['type'];
  /** The id of the event: a webhook is told the same of it once. */
  subject: string;
  /** As it is sent. */
  body: string;
}

/** @param cameraName empty for a camera that is gone */
export function eventDeliveries(
  webhooks: readonly WebhookView[],
  event: EventView,
  cameraName: string,
  nowMs: number,
): NewDelivery[] {
  return webhooks.flatMap(({ id, enabled, kinds, cameraIds, moment }) => {
    const concerns = cameraIds.length === 0 || cameraIds.includes(event.cameraId);
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

/** A message that says nothing happened. */
export function testDelivery(webhookId: string, nowMs: number): NewDelivery {
  return delivery(webhookId, iso(nowMs), { type: 'test', timestamp: iso(nowMs), data: null });
}

function delivery(webhookId: string, subject: string, message: WebhookMessage): NewDelivery {
  return { webhookId, type: message.type, subject, body: JSON.stringify(message) };
}

/** It goes on, or was told once, with its end. */
function isNew({ startedAtMs, endedAtMs }: EventView): boolean {
  return endedAtMs === null || endedAtMs === startedAtMs;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
