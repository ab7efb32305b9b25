/** Webhooks and their deliveries in plain words. */

import type { EventKind } from '../../server/wire/event.ts';
import type { DeliveryView, WebhookMoment, WebhookView } from '../../server/wire/webhook.ts';
import { EVENT_KINDS } from '../events/event-text.ts';
import { shortDuration } from '../ui/relative-time.ts';

const MOMENTS: Record<WebhookMoment, string> = {
  started: 'at the start',
  ended: 'at the end',
  both: 'at the start and at the end',
};

const TYPES: Record<DeliveryView['type'], string> = {
  'event.started': 'Event started',
  'event.ended': 'Event ended',
  test: 'Test',
};

/** @param nameOf undefined for a removed camera */
export function webhookSummary(
  { kinds, labels, moment, cameraIds }: WebhookView,
  nameOf: (cameraId: string) => string | undefined,
): string {
  const nameOfKind = (kind: EventKind): string =>
    kind === 'detection' && labels.length > 0 ? `Detection of ${labels.join(', ')}` : EVENT_KINDS[kind];
  const what = kinds.map(nameOfKind).join(', ');
  const names = cameraIds.flatMap((id) => nameOf(id) ?? []);
  const where = cameraIds.length === 0 ? 'all cameras' : names.join(', ') || 'no cameras';
  return `${what} · ${where} · ${MOMENTS[moment]}`;
}

export function webhookState({ enabled, failingSinceMs }: WebhookView, nowMs: number): string {
  if (!enabled) return 'Turned off';
  return failingSinceMs === null ? '' : `Failing for ${shortDuration(nowMs - failingSinceMs)}`;
}

export function deliveryText(delivery: DeliveryView, nowMs: number): { what: string; how: string } {
  const { type, state, attempts, nextAttemptAtMs, status, createdAtMs } = delivery;
  const what = `${TYPES[type]}, ${shortDuration(nowMs - createdAtMs)} ago`;
  const tries = attempts > 1 ? ` after ${attempts} attempts` : '';
  const said = status === null ? 'no answer' : `HTTP status ${status}`;
  if (state === 'delivered') return { what, how: `Delivered${tries}` };
  if (state === 'failed') return { what, how: `Failed${tries}: ${said}` };
  if (attempts === 0) return { what, how: 'Sending' };
  const againMs = Math.max(0, (nextAttemptAtMs ?? nowMs) - nowMs);
  return {
    what,
    how: `${attempts === 1 ? '1 attempt' : `${attempts} attempts`}, ${said}; next attempt in ${shortDuration(againMs)}`,
  };
}
