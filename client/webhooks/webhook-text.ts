/** Webhooks and their deliveries in plain words. */

import type { DeliveryView, WebhookMoment, WebhookView } from '../../server/wire/webhook.ts';
import { EVENT_KINDS } from '../events/event-text.ts';
import { shortDuration } from '../ui/relative-time.ts';

const MOMENTS: Record<WebhookMoment, string> = {
  started: 'when it begins',
  ended: 'when it is over',
  both: 'when it begins and when it is over',
};

const TYPES: Record<DeliveryView['type'], string> = {
  'event.started': 'An event began',
  'event.ended': 'An event ended',
  test: 'Test',
};

/** @param nameOf undefined for a camera that is gone */
export function whatIsTold(
  { kinds, moment, cameraIds }: WebhookView,
  nameOf: (cameraId: string) => string | undefined,
): string {
  const what = kinds.map((kind) => EVENT_KINDS[kind]).join(', ');
  const names = cameraIds.flatMap((id) => nameOf(id) ?? []);
  const where = cameraIds.length === 0 ? 'all cameras' : names.join(', ') || 'no camera any more';
  return `${what} at ${where}, ${MOMENTS[moment]}`;
}

export function webhookState({ enabled, failingSince }: WebhookView, nowMs: number): string {
  if (!enabled) return 'Turned off';
  return failingSince === null ? '' : `Nothing has arrived for ${shortDuration(nowMs - failingSince)}`;
}

export function deliveryText(delivery: DeliveryView, nowMs: number): { what: string; how: string } {
  const { type, state, attempts, nextAttemptAt, status, createdAt } = delivery;
  const what = `${TYPES[type]}, ${shortDuration(nowMs - createdAt)} ago`;
  const tries = attempts > 1 ? ` after ${attempts} tries` : '';
  const said = status === null ? 'no answer' : `answer ${status}`;
  if (state === 'delivered') return { what, how: `Arrived${tries}` };
  if (state === 'failed') return { what, how: `Given up${tries}: ${said}` };
  if (attempts === 0) return { what, how: 'On its way' };
  const againMs = Math.max(0, (nextAttemptAt ?? nowMs) - nowMs);
  return {
    what,
    how: `Tried ${attempts === 1 ? 'once' : `${attempts} times`}, ${said}; again in ${shortDuration(againMs)}`,
  };
}
