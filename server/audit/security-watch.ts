/**
 * Detects blocked attacks and sign-ins from new devices, and notifies administrators. Its sources are the entries of the audit
 * log, and the counters of the guards, which it reads once a minute.
 *
 * Invariants: at most one notice of each kind in an hour, and one a day of a state that lasts; the audit log lists the rest. The
 * tables are bounded.
 */

import { networkOf } from '../core/address/network.ts';
import { FailureCounter } from '../core/failure-counter.ts';
import type { SecurityNotice } from '../wire/security-notice.ts';
import type { AuditFacts } from './audit-log.ts';

/** Totals since the start; each only grows. */
export interface GuardCounters {
  /** Connections and requests that were refused above a limit. */
  refused: number;
  /** Connectivity checks of ICE without the right integrity. */
  forged: number;
}

export interface SecurityWatchOptions {
  /** µs of server time. */
  nowUs: () => number;
  counters: () => GuardCounters;
  /** Writes into the audit log. */
  record: (facts: AuditFacts) => void;
  tell: (notice: SecurityNotice, facts: AuditFacts) => void;
  lookIntervalMs?: number;
}

const LOOK_INTERVAL_MS = 60_000;
const HOUR_US = 3_600_000_000;
const HOUR_MS = 3_600_000;
/** Pause between two notices of a state that lasts for days. */
const TELL_INTERVALS_US: Partial<Record<SecurityNotice, number>> = { auditLogFull: 24 * HOUR_US };
/** Wrong passwords of all together, in an hour: more than people mistype. */
const WRONG_PASSWORDS = { failures: 10, windowMs: HOUR_MS };
/** Wrong camera keys of one network: a camera that was not given its new key comes back more rarely. */
const WRONG_KEYS = { failures: 5, windowMs: 10 * 60_000 };
/** Between two looks; fewer may be a page that reloads. */
const REFUSED = 50;
const FORGED = 10;
const ALL = 'all';

export class SecurityWatch {
  readonly #options: SecurityWatchOptions;
  readonly #wrongPasswords = new FailureCounter(WRONG_PASSWORDS);
  readonly #wrongKeys = new FailureCounter(WRONG_KEYS);
  readonly #toldUs = new Map<SecurityNotice, number>();
  readonly #timer: NodeJS.Timeout;
  #seen: GuardCounters;

  constructor(options: SecurityWatchOptions) {
    this.#options = options;
    this.#seen = options.counters();
    this.#timer = setInterval(() => this.look(), options.lookIntervalMs ?? LOOK_INTERVAL_MS).unref();
  }

  /** An entry was written into the audit log. */
  onRecorded(facts: AuditFacts): void {
    const { action, details, address } = facts;
    if (action === 'newDevice' || action === 'auditLogFull') this.#tell(action, facts);
    if (action !== 'signInRefused') return;
    const nowMs = this.#options.nowUs() / 1000;
    this.#wrongPasswords.add(ALL, nowMs);
    const isHeld = details?.['reason'] === 'tooManyRequests';
    if (isHeld || this.#wrongPasswords.failuresOf(ALL, nowMs) >= WRONG_PASSWORDS.failures)
      this.#hold('signInsHeld', { action: 'signInsHeld', address, refused: true });
  }

  /** A client claimed to be a camera, and had a wrong key. */
  onCameraKeyRefused(address: string, cameraId: string | undefined): void {
    const nowMs = this.#options.nowUs() / 1000;
    const network = networkOf(address);
    this.#wrongKeys.add(network, nowMs);
    if (this.#wrongKeys.failuresOf(network, nowMs) >= WRONG_KEYS.failures)
      this.#hold('cameraKeysRefused', { action: 'cameraKeysRefused', address, cameraId, refused: true });
  }

  /** A client presents wrong API keys above the limit. */
  onApiKeysHeld(address: string): void {
    this.#hold('apiKeysHeld', { action: 'apiKeysHeld', address, refused: true });
  }

  /** An API key is used from very many networks. */
  onApiKeySpread(facts: Omit<AuditFacts, 'action'>): void {
    this.#hold('apiKeySpread', { ...facts, action: 'apiKeySpread' });
  }

  /** Compares the counters with the last look. Called by a timer; public for tests. */
  look(): void {
    const { refused, forged } = this.#options.counters();
    const more = { refused: refused - this.#seen.refused, forged: forged - this.#seen.forged };
    this.#seen = { refused, forged };
    if (more.refused >= REFUSED)
      this.#hold('connectionsRefused', { action: 'connectionsRefused', count: more.refused });
    if (more.forged >= FORGED) this.#hold('forgedPackets', { action: 'forgedPackets', count: more.forged });
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }

  #hold(notice: SecurityNotice, facts: AuditFacts): void {
    this.#options.record(facts);
    this.#tell(notice, facts);
  }

  #tell(notice: SecurityNotice, facts: AuditFacts): void {
    const nowUs = this.#options.nowUs();
    if (nowUs - (this.#toldUs.get(notice) ?? -Infinity) < (TELL_INTERVALS_US[notice] ?? HOUR_US)) return;
    this.#toldUs.set(notice, nowUs);
    this.#options.tell(notice, facts);
  }
}
