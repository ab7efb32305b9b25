/**
 * Writes the audit log: repetitions become one entry (audit-stretches.ts), floods are bounded and counted, old entries
 * are removed.
 *
 * Invariants: nothing here throws or makes a caller wait, whatever the database does: an entry goes through the write queue of
 * the store; actions that are not written are counted, and the count becomes an entry `notListed`. Nobody can displace entries of
 * administrators and the server: a log full of entries too young to be removed has a reserve for them, and reports that it is
 * full.
 */

import { LogThrottle } from '../core/log-throttle.ts';
import type { SiteTime } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import type { Page } from '../store/page.ts';
import { randomId } from '../store/random-id.ts';
import type { ReadFor } from '../store/work.ts';
import type { AuditAction } from '../wire/audit-actions.ts';
import type { AuditEntry } from '../wire/audit.ts';
import { AuditStretches, type Stretch } from './audit-stretches.ts';
import {
  RESERVED_AUDIT_ENTRIES,
  type AuditListQuery,
  type AuditStore,
  type NewAuditEntry,
} from './audit-store.ts';
import { HourlyBudget } from './hourly-budget.ts';

/** An action, as far as its details are known. */
export interface AuditFacts {
  action: AuditAction;
  refused?: boolean;
  /** How often; default: once. */
  count?: number;
  userId?: string | undefined;
  /** If missing, it is looked up. */
  username?: string | undefined;
  address?: string | undefined;
  device?: string | undefined;
  cameraId?: string | undefined;
  cameraName?: string | undefined;
  details?: Record<string, unknown>;
}

export interface AuditLogOptions {
  store: AuditStore;
  /** Undefined for a user that was removed. */
  usernameOf: (userId: string) => string | undefined;
  cameraNameOf: (cameraId: string) => string | undefined;
  isAdministrator: (userId: string) => boolean;
  /** Called for every action that happens once; must not throw. */
  onRecorded?: (facts: AuditFacts) => void;
  time: SiteTime;
  log: Log;
}

/** New entries an hour; people stay far below this. */
const ENTRIES_OF_USER_PER_HOUR = 300;
/** Limit for all clients together that are not signed in: anybody on the internet can cause these entries. */
const ENTRIES_OF_STRANGERS_PER_HOUR = 30;
const ENTRIES_OF_SERVER_PER_HOUR = 300;
const SERVER = 'server';
const FLUSH_INTERVAL_MS = 30_000;
const PRUNE_INTERVAL_MS = 3_600_000;
const LOG_INTERVAL_US = 60_000_000;
const DAY_MS = 24 * 3_600_000;

export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #log: Log;
  readonly #stretches = new AuditStretches();
  readonly #budget = new HourlyBudget();
  readonly #throttle = new LogThrottle(LOG_INTERVAL_US);
  readonly #timers: NodeJS.Timeout[];
  /** Actions not written since the last entry about them. */
  #lost = 0;
  /** Entries above the limit that are too young to be removed; 0: the log has room. */
  #surplus = 0;
  #closed = false;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#log = options.log.child({ component: 'audit' });
    this.#timers = [
      setInterval(() => this.flush(), FLUSH_INTERVAL_MS),
      setInterval(() => void this.prune(), PRUNE_INTERVAL_MS),
    ];
    for (const timer of this.#timers) timer.unref();
    void this.prune();
  }

  /** Never throws, never waits. */
  record(facts: AuditFacts): void {
    this.#attempt(() => void this.#take(facts));
    this.#options.onRecorded?.(facts);
  }

  /** An action that lasts begins, such as a stream of pictures. @returns call it when the action ends; idempotent */
  begin(facts: AuditFacts): () => void {
    let stretch: Stretch | undefined;
    this.#attempt(() => (stretch = this.#take(facts)));
    if (!stretch) return () => undefined;
    const begun = stretch;
    begun.open++;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      begun.open--;
      const { time } = this.#options;
      this.#stretches.extend(begun, time.nowUs(), time.nowMs());
    };
  }

  /** Newest first, including actions that still last. @throws VigieError `unavailable` */
  async list(query: AuditListQuery, reader?: ReadFor): Promise<Page<AuditEntry>> {
    const { rows, next } = await this.#options.store.list(query, reader);
    const ends = this.#stretches.ends(this.#options.time.nowMs());
    return { rows: rows.map((entry) => ({ ...entry, ...ends.get(entry.id) })), next };
  }

  /** Stores the ends of stretches; called by itself. */
  flush(): void {
    this.#attempt(() => this.#flush());
  }

  /** Removes old entries; called by a timer. Never rejects. @param atMostMs the span of time whose entries are removed at once */
  async prune(atMostMs = DAY_MS): Promise<void> {
    const { store, time } = this.#options;
    try {
      const nowMs = time.nowMs();
      this.#surplus = await store.prune(nowMs - store.settings().days * DAY_MS, nowMs, atMostMs);
      if (this.#surplus === 0 || this.#closed) return;
      this.#log.warn({ surplus: this.#surplus }, 'audit log filled');
      this.record({ action: 'auditLogFull' });
    } catch (error) {
      this.#say(error, 'failed to remove old entries');
    }
  }

  /** Idempotent. Stretches that still last end now. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.flush();
  }

  /** @returns the stretch that this is a part of; undefined for an entry of its own, and for one that is not listed */
  #take(facts: AuditFacts): Stretch | undefined {
    const { time } = this.#options;
    const nowUs = time.nowUs();
    const entry = this.#entryOf(facts);
    const known = this.#stretches.find(entry, nowUs);
    if (known) {
      this.#stretches.extend(known, nowUs, time.nowMs(), entry.count);
      return known;
    }
    const { name, limit } = budgetOf(entry);
    if (!this.#hasRoom(entry, name) || !this.#budget.take(name, limit, nowUs)) {
      this.#notListed(entry);
      return undefined;
    }
    this.#add(entry);
    return this.#stretches.begin(entry, nowUs);
  }

  /** Counted by user, in one entry. */
  #notListed({ action, userId, username, count }: NewAuditEntry): void {
    const { time } = this.#options;
    if (action === 'notListed') return void (this.#lost += count);
    const who = { userId: userId ?? undefined, username: username ?? undefined };
    const entry = this.#entryOf({ action: 'notListed', count, ...who });
    const nowUs = time.nowUs();
    const known = this.#stretches.find(entry, nowUs);
    if (known) return this.#stretches.extend(known, nowUs, time.nowMs(), count);
    if (!this.#hasRoom(entry, budgetOf(entry).name) || !this.#stretches.begin(entry, nowUs))
      return void (this.#lost += count);
    this.#add(entry);
  }

  #hasRoom({ userId }: NewAuditEntry, budget: string): boolean {
    if (this.#surplus === 0) return true;
    const isReservedFor = userId === null ? budget === SERVER : this.#options.isAdministrator(userId);
    return isReservedFor && this.#surplus < RESERVED_AUDIT_ENTRIES;
  }

  #entryOf(facts: AuditFacts): NewAuditEntry {
    const { usernameOf, cameraNameOf, time } = this.#options;
    const { action, refused = false, count = 1, userId, address, device, cameraId, details = {} } = facts;
    const nowMs = time.nowMs();
    return {
      id: randomId('aud'),
      beganAtMs: nowMs,
      endedAtMs: nowMs,
      action,
      refused,
      count,
      userId: userId ?? null,
      username: facts.username ?? (userId === undefined ? undefined : usernameOf(userId)) ?? null,
      address: address === '' ? null : (address ?? null),
      device: device ?? null,
      cameraId: cameraId ?? null,
      cameraName: facts.cameraName ?? (cameraId === undefined ? undefined : cameraNameOf(cameraId)) ?? null,
      details,
    };
  }

  #flush(): void {
    const { store, time } = this.#options;
    const [nowUs, nowMs] = [time.nowUs(), time.nowMs()];
    const ends = this.#stretches.takeChanged(nowUs, nowMs);
    if (ends.length > 0)
      store.extend(ends).catch((error: unknown) => this.#say(error, 'failed to store the end of an entry'));
    const renewed = this.#stretches.renewLong(nowUs, (entry) => ({
      ...entry,
      id: randomId('aud'),
      beganAtMs: nowMs,
      endedAtMs: nowMs,
      count: 1,
    }));
    for (const entry of renewed) this.#add(entry);
    if (this.#lost === 0) return;
    const count = this.#lost;
    this.#lost = 0;
    this.#take({ action: 'notListed', count });
  }

  #add(entry: NewAuditEntry): void {
    this.#options.store.add(entry).catch((error: unknown) => {
      this.#lost += entry.count;
      this.#say(error, 'failed to store an entry');
    });
  }

  /** A look-up in a damaged database throws. */
  #attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#lost++;
      this.#say(error, 'failed to write an entry');
    }
  }

  #say(error: unknown, message: string): void {
    const suppressed = this.#throttle.pass(message, this.#options.time.nowUs());
    // The server stopped during the write.
    if (suppressed === undefined || this.#closed) return;
    this.#log.warn({ err: error, lost: this.#lost, ...(suppressed > 0 && { suppressed }) }, message);
  }
}

/** The address is that of a client: the server itself has none. A camera is paired by a code that an administrator made. */
function budgetOf({ userId, action, address }: NewAuditEntry): { name: string; limit: number } {
  if (userId !== null) return { name: userId, limit: ENTRIES_OF_USER_PER_HOUR };
  return address !== null && action !== 'cameraPaired'
    ? { name: 'strangers', limit: ENTRIES_OF_STRANGERS_PER_HOUR }
    : { name: SERVER, limit: ENTRIES_OF_SERVER_PER_HOUR };
}
