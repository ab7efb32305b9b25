/**
 * Webhooks in the API. Messages follow Standard Webhooks (https://www.standardwebhooks.com), for which every language
 * has a library that verifies the signature. Times are ms since the Unix epoch.
 */

import { z } from 'zod';
import { DETECTION_LABELS } from './detection.ts';
import { EVENT_KIND, type EventView } from './event.ts';
import { cameraIds, count, id, plainName, timeMs } from './fields.ts';

const MAX_URL_CHARACTERS = 2048;

/** At the event's start, at its end, or both. */
export const WEBHOOK_MOMENT = z.enum(['started', 'ended', 'both']);
export type WebhookMoment = z.infer<typeof WEBHOOK_MOMENT>;

const url = z
  .string()
  .max(MAX_URL_CHARACTERS)
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'must begin with http:// or https://')
  // They would appear in the log of every proxy on the path; the signature is the better proof.
  .refine((text) => {
    const { username = '', password = '' } = URL.parse(text) ?? {};
    return username === '' && password === '';
  }, 'must contain no user name or password: the signature proves the sender');

export const WEBHOOK_SETTINGS = z.strictObject({
  name: plainName,
  url,
  /** Empty: all cameras, including new ones. */
  cameraIds: cameraIds.default([]),
  kinds: z.array(EVENT_KIND).min(1).max(EVENT_KIND.options.length),
  /** Among detections only those with these labels; empty: all. */
  labels: DETECTION_LABELS.default([]),
  moment: WEBHOOK_MOMENT.default('started'),
  enabled: z.boolean().default(true),
});
export type WebhookSettings = z.infer<typeof WEBHOOK_SETTINGS>;

export const WEBHOOK_VIEW = z.strictObject({
  id,
  name: z.string(),
  url: z.string(),
  cameraIds,
  kinds: z.array(EVENT_KIND),
  labels: z.array(z.string()),
  moment: WEBHOOK_MOMENT,
  enabled: z.boolean(),
  createdAtMs: timeMs,
  /** Time since which deliveries fail; null while they succeed. */
  failingSinceMs: timeMs.nullable(),
});
export type WebhookView = z.infer<typeof WEBHOOK_VIEW>;

/** The only answer with the secret: `whsec_` and base64. */
export const WEBHOOK_WITH_SECRET = WEBHOOK_VIEW.extend({ secret: z.string() });
export type WebhookWithSecret = z.infer<typeof WEBHOOK_WITH_SECRET>;

/** `waiting`: for its turn or its next attempt. */
export const DELIVERY_STATE = z.enum(['waiting', 'delivered', 'failed']);
export type DeliveryState = z.infer<typeof DELIVERY_STATE>;

export const MESSAGE_TYPE = z.enum(['event.started', 'event.ended', 'test']);

export const DELIVERY_VIEW = z.strictObject({
  /** The same for each attempt, so that the receiver recognizes repetitions. */
  id,
  type: MESSAGE_TYPE,
  createdAtMs: timeMs,
  state: DELIVERY_STATE,
  attempts: count,
  /** Null unless it waits. */
  nextAttemptAtMs: timeMs.nullable(),
  /** HTTP status of the last answer; null without one. */
  status: z.int().nullable(),
  /** The receiver's last answer, or why it could not be reached, at most 1 KiB. */
  answer: z.string().nullable(),
});
export type DeliveryView = z.infer<typeof DELIVERY_VIEW>;

/** The body of a message. */
export interface WebhookMessage {
  type: z.infer<typeof MESSAGE_TYPE>;
  /** When it was queued, ISO 8601. */
  timestamp: string;
  /** `recording` is the path of the recording's page on this server, below VIGIE_BASE_PATH, without the host. Null in a test. */
  data: (EventView & { cameraName: string; recording: string }) | null;
}
