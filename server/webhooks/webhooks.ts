/**
 * Tells other programs what happens at the cameras: each event becomes a signed message to every webhook that wants it, is
 * queued on the disk, and is tried until it has arrived or a day has passed.
 *
 * Invariants: what was queued outlives a crash and is sent at least once; a webhook has one message on its way at a time, the
 * one whose time came first, so a dead receiver harms no other; whoever tells an event waits for nothing.
 */

import { randomBytes } from 'node:crypto';
import { retryDelayMs } from '../core/delivery-schedule.ts';
import { signWebhook, writeWebhookSecret } from '../core/webhook-signature.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AttemptOutcome, NewDelivery, StoredDelivery, WebhookStore } from '../store/webhook-store.ts';
import type { EventView } from '../wire/event.ts';
import type {
  DeliveryView,
  WebhookMessage,
  WebhookSettings,
  WebhookView,
  WebhookWithSecret,
} from '../wire/webhook.ts';
import { postMessage, type ReceiverAnswer } from '../outbound/post-message.ts';
import { isReceiverInHouse } from '../outbound/receiver-address.ts';

export interface WebhooksOptions {
  store: WebhookStore;
  /** Undefined for a camera that is gone. */
  nameOf: (cameraId: string) => string | undefined;
  log: Log;
  nowMs?: () => number;
}

const MAX_WEBHOOKS = 20;
const MAX_IN_FLIGHT = 8;
const SECRET_BYTES = 32;
const SHOWN_DELIVERIES = 50;
/** How long the queue is left alone at most: timers do not run while a machine sleeps. */
const MAX_PAUSE_MS = 60_000;
/** The receiver is gone for good (RFC 9110 section 15.5.11). */
const GONE = 410;

export class Webhooks {
  readonly #store: WebhookStore;
  readonly #options: WebhooksOptions;
  readonly #log: Log;
  readonly #nowMs: () => number;
  /** Webhooks that have a message on its way. */
  readonly #busy = new Set<string>();
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WebhooksOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#log = options.log.child({ room: 'webhooks' });
    this.#nowMs = options.nowMs ?? Date.now;
    this.#plan();
  }

  list(): WebhookView[] {
    return this.#store.list();
  }

  /** The secret is in this answer and nowhere else. @throws VigieError `conflict` when there are too many */
  add(settings: WebhookSettings): WebhookWithSecret {
    if (this.#store.list().length >= MAX_WEBHOOKS)
      throw new VigieError('conflict', `there are at most ${MAX_WEBHOOKS} webhooks; remove one first`);
    const secret = randomBytes(SECRET_BYTES);
    return { ...this.#store.add(settings, secret, this.#nowMs()), secret: writeWebhookSecret(secret) };
  }

  /** @throws VigieError `notFound`, as everything below that names a webhook */
  change(id: string, settings: WebhookSettings): WebhookView {
    if (!this.#store.change(id, settings)) throw unknownWebhook();
    this.#pump();
    return this.#known(id);
  }

  /** What waits for it is not sent any more. */
  remove(id: string): void {
    if (!this.#store.remove(id)) throw unknownWebhook();
  }

  /** The old one is worth nothing from now on. */
  renewSecret(id: string): WebhookWithSecret {
    const secret = randomBytes(SECRET_BYTES);
    if (!this.#store.setSecret(id, secret)) throw unknownWebhook();
    return { ...this.#known(id), secret: writeWebhookSecret(secret) };
  }

  /** The newest first. */
  deliveries(id: string): DeliveryView[] {
    return this.#store.deliveries(this.#known(id).id, SHOWN_DELIVERIES);
  }

  /** Queues a message that says nothing happened. */
  test(id: string): void {
    this.#queue([this.#delivery(this.#known(id), 'test', null)]);
  }

  sendAgain(id: string, deliveryId: string): void {
    if (!this.#store.sendAgain(this.#known(id).id, deliveryId, this.#nowMs()))
      throw new VigieError('notFound', 'there is no such delivery');
    this.#pump();
  }

  /** As the log tells it. Never throws, never waits. */
  onEvent(event: EventView): void {
    try {
      this.#queue(
        this.#store.list().flatMap((webhook) => {
          const { enabled, kinds, cameraIds, moment } = webhook;
          const concerns = cameraIds.length === 0 || cameraIds.includes(event.cameraId);
          if (!enabled || !kinds.includes(event.kind) || !concerns) return [];
          return [
            ...(moment !== 'ended' && isNew(event) ? [this.#delivery(webhook, 'event.started', event)] : []),
            ...(moment !== 'started' && event.endedAtMs !== null
              ? [this.#delivery(webhook, 'event.ended', event)]
              : []),
          ];
        }),
      );
    } catch (error) {
      this.#log.error({ err: error, eventId: event.id }, 'an event could not be queued for the webhooks');
    }
  }

  /** Idempotent. What is on its way may be sent again after the next start. */
  close(): void {
    clearTimeout(this.#timer);
    this.#stopped.abort(new Error('the server stops'));
  }

  #known(id: string): WebhookView {
    const webhook = this.#store.find(id);
    if (!webhook) throw unknownWebhook();
    return webhook;
  }

  #delivery({ id }: WebhookView, type: WebhookMessage['type'], event: EventView | null): NewDelivery {
    const timestamp = new Date(this.#nowMs()).toISOString();
    const data = event && {
      ...event,
      cameraName: this.#options.nameOf(event.cameraId) ?? '',
      recording: `/camera/${encodeURIComponent(event.cameraId)}/recordings/${event.startedAtMs}`,
    };
    const message: WebhookMessage = { type, timestamp, data };
    const subject = event ? event.id : timestamp;
    return { webhookId: id, type, subject, body: JSON.stringify(message) };
  }

  #queue(deliveries: readonly NewDelivery[]): void {
    if (deliveries.length === 0) return;
    this.#store.queue(deliveries, this.#nowMs());
    this.#pump();
  }

  #pump(): void {
    if (this.#stopped.signal.aborted) return;
    for (const delivery of this.#store.due(this.#nowMs())) {
      if (this.#busy.size >= MAX_IN_FLIGHT) break;
      if (!this.#busy.has(delivery.webhookId)) void this.#send(delivery);
    }
    this.#plan();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const nextMs = this.#store.nextAttemptAt();
    if (nextMs === null) return;
    // What is due already waits for a webhook that is busy, which pumps when it is done.
    const pauseMs = nextMs <= this.#nowMs() && this.#busy.size > 0 ? MAX_PAUSE_MS : nextMs - this.#nowMs();
    this.#timer = setTimeout(() => this.#pump(), Math.min(MAX_PAUSE_MS, Math.max(0, pauseMs)));
  }

  async #send(delivery: StoredDelivery): Promise<void> {
    const { id, webhookId, body, attempts } = delivery;
    this.#busy.add(webhookId);
    try {
      const webhook = this.#store.find(webhookId);
      const secret = this.#store.secretOf(webhookId);
      if (!webhook || !secret) return;
      const seconds = Math.floor(this.#nowMs() / 1000);
      const headers = {
        'User-Agent': 'Vigie',
        'Content-Type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signWebhook(secret, id, seconds, body),
      };
      const stopped = this.#stopped.signal;
      const message = { headers, body, stopped, mayReceive: isReceiverInHouse };
      const answer = await postMessage(webhook.url, message);
      if (!this.#stopped.signal.aborted) this.#settle(webhook, id, attempts + 1, answer);
    } catch (error) {
      this.#log.error({ err: error, webhookId }, 'a delivery could not be written down');
    } finally {
      this.#busy.delete(webhookId);
      this.#pumpAgain();
    }
  }

  #settle(
    { id: webhookId, name }: WebhookView,
    deliveryId: string,
    attempts: number,
    answer: ReceiverAnswer,
  ): void {
    const { status, text, retryAfterMs } = answer;
    const nowMs = this.#nowMs();
    const isDelivered = status !== null && status >= 200 && status < 300;
    const delayMs = isDelivered || status === GONE ? undefined : retryDelayMs(attempts, retryAfterMs);
    const outcome: AttemptOutcome = {
      state: isDelivered ? 'delivered' : delayMs === undefined ? 'failed' : 'waiting',
      nextAttemptAt: delayMs === undefined ? null : nowMs + delayMs,
      status,
      answer: text,
    };
    this.#store.attempted(deliveryId, outcome);
    this.#store.setFailing(webhookId, isDelivered ? null : nowMs);
    if (status === GONE) {
      this.#store.disable(webhookId);
      this.#log.warn({ webhookId, name }, 'a webhook was turned off: its receiver says it is gone');
    }
    if (outcome.state === 'failed')
      this.#log.warn({ webhookId, name, status }, 'a message could not be delivered');
  }

  #pumpAgain(): void {
    try {
      this.#pump();
    } catch (error) {
      this.#log.error({ err: error }, 'what waits for the webhooks could not be looked up');
    }
  }
}

/** It goes on, or was told once, with its end. */
function isNew({ startedAtMs, endedAtMs }: EventView): boolean {
  return endedAtMs === null || endedAtMs === startedAtMs;
}

function unknownWebhook(): VigieError {
  return new VigieError('notFound', 'there is no such webhook');
}
