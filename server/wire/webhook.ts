/**
 * Webhooks as the API shows them. What is sent follows Standard Webhooks (https://www.standardwebhooks.com), for which there
 * are libraries in every language to check the signature with. Times are ms since the Unix epoch. Imports types only.
 */

import type { EventKind, EventView } from './event.ts';

/** At its start, at its end, or both. */
export type WebhookMoment = 'started' | 'ended' | 'both';

/** Body of POST /api/webhooks and PUT /api/webhooks/:id. */
export interface WebhookSettings {
  /** As people call it, 1 … 64 characters. */
  name: string;
  /** http: or https:, without user name and password. */
  url: string;
  /** Empty: all cameras, also those that are added later. */
  cameraIds: string[];
  /** At least one. */
  kinds: EventKind[];
  moment: WebhookMoment;
  enabled: boolean;
}

export interface WebhookView extends WebhookSettings {
  id: string;
  createdAt: number;
  /** Since when nothing arrives any more; null while all is well. */
  failingSince: number | null;
}

/** The only answer that ever carries the secret: `whsec_` and base64. */
export interface WebhookWithSecret extends WebhookView {
  secret: string;
}

/** `waiting`: for its turn, or for the next try. */
export type DeliveryState = 'waiting' | 'delivered' | 'failed';

export interface DeliveryView {
  /** The same for each try; the receiver tells repetitions by it. */
  id: string;
  type: WebhookMessage['type'];
  createdAt: number;
  state: DeliveryState;
  attempts: number;
  /** Null unless it waits. */
  nextAttemptAt: number | null;
  /** HTTP status of the last answer; null when there was none. */
  status: number | null;
  /** What the receiver said last, or why it could not be reached, at most 1 KiB. */
  answer: string | null;
}

/** The body that is sent. */
export interface WebhookMessage {
  type: 'event.started' | 'event.ended' | 'test';
  /** When it was put into the queue, ISO 8601. */
  timestamp: string;
  /** `recording` is the page of the moment on this server, without its host. Null in a test. */
  data: (EventView & { cameraName: string; recording: string }) | null;
}
