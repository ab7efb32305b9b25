/** Webhooks and their deliveries, waiting and finished. */

import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { z } from 'zod';
import { MAX_RETRY_DELAY_MS } from '../core/outbound/delivery-schedule.ts';
import { eventDeliveries, type NewDelivery } from '../core/outbound/webhook-deliveries.ts';
import { VigieError } from '../errors.ts';
import { EVENT_KIND, type EventView } from '../wire/event.ts';
import type { DeliveryView, WebhookSettings, WebhookView } from '../wire/webhook.ts';
import { inTransaction } from '../store/database.ts';
import { randomId } from '../store/random-id.ts';
import { readEntries } from '../store/json-column.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

/** The data that an attempt needs. */
export interface StoredDelivery {
  id: string;
  webhookId: string;
  /** Exactly as it is sent. */
  body: string;
  /** Attempts made so far. */
  attempts: number;
}

export interface AttemptOutcome {
  /** Attempts made so far, including this one. */
  attempts: number;
  state: DeliveryView['state'];
  nextAttemptAtMs: number | null;
  status: number | null;
  answer: string | null;
}

const MAX_WEBHOOKS = 20;
/** Finished deliveries kept per webhook. */
const MAX_FINISHED = 200;
const MAX_AGE_MS = 30 * 24 * 3_600_000;
/** Waiting deliveries per webhook; above this the oldest are given up. */
const MAX_WAITING = 500;

const WEBHOOK_COLUMNS = `id, name, url, camera_ids AS cameraIds, kinds, labels, moment, enabled, created_at AS createdAtMs,
  failing_since AS failingSinceMs`;
const DELIVERY_COLUMNS = `id, type, created_at AS createdAtMs, state, attempts, next_attempt_at AS nextAttemptAtMs, status, answer`;

const SQL = declareStatements('webhooks', {
  list: `SELECT ${WEBHOOK_COLUMNS} FROM webhooks ORDER BY created_at, rowid`,
  find: `SELECT ${WEBHOOK_COLUMNS} FROM webhooks WHERE id = ?`,
  add: `
    INSERT INTO webhooks (id, name, url, secret, camera_ids, kinds, labels, moment, enabled, created_at)
    VALUES (:id, :name, :url, :secret, :cameraIds, :kinds, :labels, :moment, :enabled, :createdAtMs)`,
  change: `
    UPDATE webhooks SET name = :name, url = :url, camera_ids = :cameraIds, kinds = :kinds, labels = :labels, moment = :moment,
      enabled = :enabled WHERE id = :id`,
  remove: 'DELETE FROM webhooks WHERE id = ?',
  secret: 'SELECT secret FROM webhooks WHERE id = ?',
  setSecret: 'UPDATE webhooks SET secret = ? WHERE id = ?',
  setEnabled: 'UPDATE webhooks SET enabled = ? WHERE id = ?',
  failing: 'UPDATE webhooks SET failing_since = ? WHERE id = ? AND (failing_since IS NULL) <> (? IS NULL)',
  queue: `
    INSERT INTO webhook_deliveries (id, webhook_id, type, subject, body, created_at, state, attempts, next_attempt_at)
    VALUES (:id, :webhookId, :type, :subject, :body, :nowMs, 'waiting', 0, :nowMs) ON CONFLICT DO NOTHING`,
  trim: `
    DELETE FROM webhook_deliveries WHERE webhook_id = :webhookId AND state <> 'waiting' AND (created_at < :oldest
      OR sequence <= (SELECT sequence FROM webhook_deliveries WHERE webhook_id = :webhookId AND state <> 'waiting'
        ORDER BY sequence DESC LIMIT 1 OFFSET :kept))`,
  giveUp: `
    UPDATE webhook_deliveries SET state = 'failed', next_attempt_at = NULL, answer = 'too many deliveries were waiting'
    WHERE webhook_id = :webhookId AND state = 'waiting' AND sequence <= (
      SELECT sequence FROM webhook_deliveries WHERE webhook_id = :webhookId AND state = 'waiting'
      ORDER BY sequence DESC LIMIT 1 OFFSET :kept)`,
  // One look-up per webhook in the index of waiting deliveries.
  due: `
    SELECT d.id, d.webhook_id AS webhookId, d.body, d.attempts, d.next_attempt_at AS dueAt
    FROM webhooks w JOIN webhook_deliveries d ON d.sequence = (
      SELECT sequence FROM webhook_deliveries
      WHERE webhook_id = w.id AND state = 'waiting' AND NOT next_attempt_at BETWEEN :nowMs + 1 AND :nowMs + :longestMs
      ORDER BY next_attempt_at, sequence LIMIT 1)
    WHERE w.enabled = 1`,
  next: `
    SELECT min((SELECT next_attempt_at FROM webhook_deliveries WHERE webhook_id = w.id AND state = 'waiting'
      ORDER BY next_attempt_at LIMIT 1)) AS at
    FROM webhooks w WHERE w.enabled = 1`,
  attempted: `
    UPDATE webhook_deliveries SET attempts = :attempts, state = :state, next_attempt_at = :nextAttemptAtMs,
      status = :status, answer = :answer WHERE id = :id`,
  again: `
    UPDATE webhook_deliveries SET state = 'waiting', next_attempt_at = ?, attempts = 0
    WHERE id = ? AND webhook_id = ?`,
  deliveries: `SELECT ${DELIVERY_COLUMNS} FROM webhook_deliveries WHERE webhook_id = ? ORDER BY sequence DESC LIMIT ?`,
});

export class WebhookQueries {
  readonly #database: DatabaseSync;
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#statements = prepareStatements(database, SQL);
  }

  /** In the order they were added. */
  list(): WebhookView[] {
    return this.#statements.list.all().map(toWebhook);
  }

  find(id: string): WebhookView | undefined {
    const row = this.#statements.find.get(id);
    return row && toWebhook(row);
  }

  /** @param secret 32 bytes @throws VigieError `conflict` when there are too many */
  add(settings: WebhookSettings, secret: Uint8Array, nowMs: number): WebhookView {
    if (this.list().length >= MAX_WEBHOOKS)
      throw new VigieError('conflict', `there are at most ${MAX_WEBHOOKS} webhooks; remove one first`);
    const id = randomId('hook');
    this.#statements.add.run({ id, ...toRow(settings), secret, createdAtMs: nowMs });
    return { id, ...settings, createdAtMs: nowMs, failingSinceMs: null };
  }

  /** @returns false for an unknown webhook; likewise `remove` */
  change(id: string, settings: WebhookSettings): boolean {
    return this.#statements.change.run({ id, ...toRow(settings) }).changes === 1;
  }

  remove(id: string): boolean {
    return this.#statements.remove.run(id).changes === 1;
  }

  secretOf(id: string): Uint8Array | undefined {
    const secret = this.#statements.secret.get(id)?.['secret'];
    return secret instanceof Uint8Array ? secret : undefined;
  }

  setSecret(id: string, secret: Uint8Array): boolean {
    return this.#statements.setSecret.run(secret, id).changes === 1;
  }

  disable(id: string): void {
    this.#statements.setEnabled.run(0, id);
  }

  /** @param since ms; null when a delivery has succeeded */
  setFailing(id: string, since: number | null): void {
    this.#statements.failing.run(since, id, since);
  }

  /** Queues the event for each matching webhook; called within the transaction that stores the event. */
  queueEvent(event: EventView, cameraName: string, nowMs: number): void {
    this.queue(eventDeliveries(this.list(), event, cameraName, nowMs), nowMs);
  }

  /** Subjects that are already queued are skipped. */
  queue(deliveries: readonly NewDelivery[], nowMs: number): void {
    inTransaction(this.#database, () => {
      for (const delivery of deliveries) {
        const { webhookId } = delivery;
        this.#statements.queue.run({ ...delivery, id: randomId('msg'), nowMs });
        this.#statements.giveUp.run({ webhookId, kept: MAX_WAITING });
        this.#statements.trim.run({ webhookId, oldest: nowMs - MAX_AGE_MS, kept: MAX_FINISHED });
      }
    });
  }

  /** Due deliveries: for each enabled webhook the one that has waited longest. */
  due(nowMs: number): StoredDelivery[] {
    return this.#statements.due
      .all({ nowMs, longestMs: MAX_RETRY_DELAY_MS })
      .sort((a, b) => Number(a['dueAt']) - Number(b['dueAt'])) as unknown as StoredDelivery[];
  }

  /** When the next delivery is due; null when none waits. */
  nextAttemptAtMs(): number | null {
    const at = this.#statements.next.get()?.['at'];
    return typeof at === 'number' ? at : null;
  }

  attempted(id: string, outcome: AttemptOutcome): void {
    this.#statements.attempted.run({ id, ...outcome });
  }

  /** Sends it again from the beginning, whatever its outcome was. @returns false for an unknown delivery */
  sendAgain(webhookId: string, id: string, nowMs: number): boolean {
    return this.#statements.again.run(nowMs, id, webhookId).changes === 1;
  }

  /** The newest first. */
  deliveries(webhookId: string, limit: number): DeliveryView[] {
    return this.#statements.deliveries.all(webhookId, limit) as unknown as DeliveryView[];
  }
}

export const WEBHOOK_WORK = {
  list: 'quick',
  find: 'quick',
  add: 'action',
  change: 'action',
  remove: 'action',
  secretOf: 'quick',
  setSecret: 'action',
  disable: 'record',
  setFailing: 'state',
  queueEvent: 'record',
  queue: 'action',
  due: 'quick',
  nextAttemptAtMs: 'quick',
  attempted: 'record',
  sendAgain: 'action',
  deliveries: 'long',
} as const satisfies WorkOf<WebhookQueries>;

export type WebhookStore = Shared<WebhookQueries, typeof WEBHOOK_WORK>;

function toRow({ cameraIds, kinds, labels, enabled, ...settings }: WebhookSettings) {
  return {
    ...settings,
    cameraIds: JSON.stringify(cameraIds),
    kinds: JSON.stringify(kinds),
    labels: JSON.stringify(labels),
    enabled: Number(enabled),
  };
}

function toWebhook(row: Record<string, SQLOutputValue>): WebhookView {
  // The table is STRICT, so the columns have the types the schema gives them.
  return {
    ...row,
    cameraIds: readEntries(z.string(), row['cameraIds']),
    kinds: readEntries(EVENT_KIND, row['kinds']),
    labels: readEntries(z.string(), row['labels']),
    enabled: row['enabled'] === 1,
  } as unknown as WebhookView;
}
