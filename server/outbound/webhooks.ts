/**
 * Webhooks: each event becomes a signed message to every matching webhook, queued in the transaction that stores the
 * event, and is attempted until it is delivered or a day has passed.
 *
 * Invariants: a stored event is sent at least once, whatever crashes; a webhook has one message under way at a time, in
 * the order of their due times, so a dead receiver delays no other; the next is sent after the outcome of the last is
 * stored or, where that fails, after a pause.
 */

import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { wallMs } from '../core/clock.ts';
import { retryDelayMs } from '../core/outbound/delivery-schedule.ts';
import { bodyUnder, testDelivery } from '../core/outbound/webhook-deliveries.ts';
import { signWebhook, writeWebhookSecret } from '../core/outbound/webhook-signature.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AttemptOutcome, StoredDelivery, WebhookStore } from './webhook-store.ts';
import type { ReadFor } from '../store/work.ts';
import type { DeliveryView, WebhookSettings, WebhookView, WebhookWithSecret } from '../wire/webhook.ts';
import { postMessage, type ReceiverAnswer } from './post-message.ts';
import { isReceiverForWebhooks } from './receiver-address.ts';

export interface WebhooksOptions {
  store: WebhookStore;
  log: Log;
  nowMs?: () => number;
  /** Path under which a proxy serves the app; if missing, there is none. */
  basePath?: string;
}

const MAX_IN_FLIGHT = 8;
const SECRET_BYTES = 32;
const SHOWN_DELIVERIES = 50;
/** Longest pause between looks at the queue: timers do not run while a machine sleeps. */
const MAX_PAUSE_MS = 60_000;
/** Pause after an outcome that could not be stored. */
const FAILURE_PAUSE_MS = 30_000;
/** The receiver is permanently gone (RFC 9110 section 15.5.11). */
const GONE = 410;

export class Webhooks {
  readonly #store: WebhookStore;
  readonly #log: Log;
  readonly #nowMs: () => number;
  readonly #basePath: string;
  /** Webhooks with a message under way. */
  readonly #busy = new Set<string>();
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WebhooksOptions) {
    this.#store = options.store;
    this.#log = options.log.child({ component: 'webhooks' });
    this.#nowMs = options.nowMs ?? wallMs;
    this.#basePath = options.basePath ?? '';
    this.#plan();
  }

  list(): WebhookView[] {
    return this.#store.list();
  }

  /** Only this answer contains the secret. @throws VigieError `conflict` when there are too many */
  async add(settings: WebhookSettings): Promise<WebhookWithSecret> {
    const secret = randomBytes(SECRET_BYTES);
    const webhook = await this.#store.add(settings, secret, this.#nowMs());
    return { ...webhook, secret: writeWebhookSecret(secret) };
  }

  /** @throws VigieError `notFound`, like every method below with a webhook's id */
  async change(id: string, settings: WebhookSettings): Promise<WebhookView> {
    if (!(await this.#store.change(id, settings))) throw unknownWebhook();
    this.wake();
    return this.#known(id);
  }

  /** Drops its waiting deliveries. */
  async remove(id: string): Promise<void> {
    if (!(await this.#store.remove(id))) throw unknownWebhook();
  }

  /** The old secret becomes invalid. */
  async renewSecret(id: string): Promise<WebhookWithSecret> {
    const secret = randomBytes(SECRET_BYTES);
    if (!(await this.#store.setSecret(id, secret))) throw unknownWebhook();
    return { ...this.#known(id), secret: writeWebhookSecret(secret) };
  }

  /** The newest first. @throws VigieError also `unavailable` */
  async deliveries(id: string, reader?: ReadFor): Promise<DeliveryView[]> {
    return this.#store.deliveries(this.#known(id).id, SHOWN_DELIVERIES, reader);
  }

  /** Queues a test message without an event. */
  async test(id: string): Promise<void> {
    const nowMs = this.#nowMs();
    await this.#store.queue([testDelivery(this.#known(id).id, nowMs)], nowMs);
    this.wake();
  }

  async sendAgain(id: string, deliveryId: string): Promise<void> {
    if (!(await this.#store.sendAgain(this.#known(id).id, deliveryId, this.#nowMs())))
      throw new VigieError('notFound', 'there is no such delivery');
    this.wake();
  }

  /** Sends what is due; call it when deliveries were queued. Never throws, never waits. */
  wake(): void {
    try {
      this.#pump();
    } catch (error) {
      this.#log.error({ err: error }, 'failed to look up pending deliveries');
    }
  }

  /** Idempotent. A message under way may be sent again after the next start. */
  close(): void {
    clearTimeout(this.#timer);
    this.#stopped.abort(new Error('the server is stopping'));
  }

  #known(id: string): WebhookView {
    const webhook = this.#store.find(id);
    if (!webhook) throw unknownWebhook();
    return webhook;
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
    const nextMs = this.#store.nextAttemptAtMs();
    if (nextMs === null) return;
    // Deliveries that are already due belong to a busy webhook, which pumps when it is done.
    const pauseMs = nextMs <= this.#nowMs() && this.#busy.size > 0 ? MAX_PAUSE_MS : nextMs - this.#nowMs();
    this.#timer = setTimeout(() => this.wake(), Math.min(MAX_PAUSE_MS, Math.max(0, pauseMs)));
  }

  async #send(delivery: StoredDelivery): Promise<void> {
    const { id, webhookId, attempts } = delivery;
    const body = bodyUnder(this.#basePath, delivery.body);
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
      const message = { headers, body, stopped, mayReceive: isReceiverForWebhooks };
      const answer = await postMessage(webhook.url, message);
      if (!stopped.aborted) await this.#settle(webhook, id, attempts + 1, answer);
    } catch (error) {
      this.#log.error({ err: error, webhookId }, 'failed to store the outcome of a delivery');
      // It is still due; without a pause it would be sent repeatedly until its outcome can be stored.
      await pause(FAILURE_PAUSE_MS, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    } finally {
      this.#busy.delete(webhookId);
      this.wake();
    }
  }

  async #settle(
    { id: webhookId, name }: WebhookView,
    deliveryId: string,
    attempts: number,
    answer: ReceiverAnswer,
  ): Promise<void> {
    const { status, text, retryAfterMs } = answer;
    const nowMs = this.#nowMs();
    const isDelivered = status !== null && status >= 200 && status < 300;
    const delayMs = isDelivered || status === GONE ? undefined : retryDelayMs(attempts, retryAfterMs);
    const outcome: AttemptOutcome = {
      attempts,
      state: isDelivered ? 'delivered' : delayMs === undefined ? 'failed' : 'waiting',
      nextAttemptAtMs: delayMs === undefined ? null : nowMs + delayMs,
      status,
      answer: text,
    };
    this.#store.setFailing(webhookId, isDelivered ? null : nowMs).catch(() => undefined);
    if (status === GONE) {
      await this.#store.disable(webhookId);
      this.#log.warn({ webhookId, name }, 'webhook disabled: its receiver is gone');
    }
    await this.#store.attempted(deliveryId, outcome);
    if (outcome.state === 'failed') this.#log.warn({ webhookId, name, status }, 'webhook delivery failed');
  }
}

function unknownWebhook(): VigieError {
  return new VigieError('notFound', 'there is no such webhook');
}
