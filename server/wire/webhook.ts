/**
 * Webhooks as the API shows them. What is sent follows Standard Webhooks (https://www.standardwebhooks.com), for which there
 * are libraries in every language to check the signature with. Times are ms since the Unix epoch.
 */

import { z } from 'zod';
import { EVENT_KIND, type EventView } from './event.ts';
import { cameraIds, count, id, plainName, timeMs } from './fields.ts';

const MAX_URL_CHARACTERS = 2048;

/** At its start, at its end, or both. */
export const WEBHOOK_MOMENT = z.enum(['started', 'ended', 'both']);
export type WebhookMoment = z.infer<typeof WEBHOOK_MOMENT>;

const url = z
  .string()
  .max(MAX_URL_CHARACTERS)
  .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'must begin with http:// or https://')
  // They would stand in the log of every proxy on the way; the signature proves more.
  .refine((text) => {
    const { username = '', password = '' } = URL.parse(text) ?? {};
    return username === '' && password === '';
  }, 'must hold no user name and no password: the signature shows who sent it');

export const WEBHOOK_SETTINGS = z.strictObject({
  name: plainName,
  url,
  /** Empty: all cameras, also those that are added later. */
  cameraIds: cameraIds.default([]),
  kinds: z.array(EVENT_KIND).min(1).max(2),
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
  moment: WEBHOOK_MOMENT,
  enabled: z.boolean(),
  createdAt: timeMs,
  /** Since when nothing arrives any more; null while all is well. */
  failingSince: timeMs.nullable(),
});
export type WebhookView = z.infer<typeof WEBHOOK_VIEW>;

/** The only answer that ever carries the secret: `whsec_` and base64. */
export const WEBHOOK_WITH_SECRET = WEBHOOK_VIEW.extend({ secret: z.string() });
export type WebhookWithSecret = z.infer<typeof WEBHOOK_WITH_SECRET>;

/** `waiting`: for its turn, or for the next try. */
export const DELIVERY_STATE = z.enum(['waiting', 'delivered', 'failed']);
export type DeliveryState = z.infer<typeof DELIVERY_STATE>;

export const MESSAGE_TYPE = z.enum(['event.started', 'event.ended', 'test']);

export const DELIVERY_VIEW = z.strictObject({
  /** The same for each try; the receiver tells repetitions by it. */
  id,
  type: MESSAGE_TYPE,
  createdAt: timeMs,
  state: DELIVERY_STATE,
  attempts: count,
  /** Null unless it waits. */
  nextAttemptAt: timeMs.nullable(),
  /** HTTP status of the last answer; null when there was none. */
  status: z.int().nullable(),
  /** What the receiver said last, or why it could not be reached, at most 1 KiB. */
  answer: z.string().nullable(),
});
export type DeliveryView = z.infer<typeof DELIVERY_VIEW>;

/** The body that is sent. */
export interface WebhookMessage {
  type: z.infer<typeof MESSAGE_TYPE>;
  /** When it was put into the queue, ISO 8601. */
  timestamp: string;
  /** `recording` is the page of the moment on this server, without its host. Null in a test. */
  data: (EventView & { cameraName: string; recording: string }) | null;
}
