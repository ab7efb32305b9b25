/**
 * Combines repeated actions into one entry: an action that the same user, or the same unknown address, repeats at the same camera
 * becomes a stretch with a beginning, an end and a count. Pure: time is an argument (µs of server time, and the date).
 *
 * Invariants: a stretch ends after its gap without a repetition, and after 24 hours (MAX_STRETCH_MS); at most MAX_STRETCHES are
 * kept in memory, and one that still lasts is not forgotten for another.
 */

import { networkOf } from '../core/address/network.ts';
import type { AuditAction } from '../wire/audit-actions.ts';
import { MAX_STRETCH_MS, type AuditStretchEnd, type NewAuditEntry } from './audit-store.ts';

const MINUTE_US = 60_000_000;
/** The time without a repetition that ends a stretch; other actions are one entry each. */
const GAPS_US: Partial<Record<AuditAction, number>> = {
  watched: 5 * MINUTE_US,
  lookedBack: 5 * MINUTE_US,
  sawEventPictures: 10 * MINUTE_US,
  signInRefused: 10 * MINUTE_US,
  pairingRefused: 10 * MINUTE_US,
  apiKeyUsed: 60 * MINUTE_US,
  apiKeyRefused: 10 * MINUTE_US,
  apiKeysHeld: 30 * MINUTE_US,
  apiKeySpread: 60 * MINUTE_US,
  signInsHeld: 30 * MINUTE_US,
  cameraKeysRefused: 30 * MINUTE_US,
  connectionsRefused: 30 * MINUTE_US,
  forgedPackets: 30 * MINUTE_US,
  notListed: 60 * MINUTE_US,
  /** Checked once an hour. */
  auditLogFull: 120 * MINUTE_US,
};
/** A refused action is often tried again. */
const REFUSED_GAP_US = 10 * MINUTE_US;
const MAX_STRETCHES = 4000;

export interface Stretch {
  entry: NewAuditEntry;
  beganUs: number;
  readonly gapUs: number;
  lastUs: number;
  endedAtMs: number;
  count: number;
  /** Running streams of this action. */
  open: number;
  /** The stored entry is out of date. */
  changed: boolean;
}

export class AuditStretches {
  readonly #stretches = new Map<string, Stretch>();
  /** Ended stretches whose end is not stored. */
  readonly #over: AuditStretchEnd[] = [];

  /** The stretch that this continues; undefined: it is an entry of its own, or begins a stretch (`begin`). */
  find(entry: NewAuditEntry, nowUs: number): Stretch | undefined {
    const stretch = this.#stretches.get(keyOf(entry));
    return stretch && !isOver(stretch, nowUs) ? stretch : undefined;
  }

  /** @returns undefined when this action is not repeated, or there is no room for it */
  begin(entry: NewAuditEntry, nowUs: number): Stretch | undefined {
    const gapUs = gapOf(entry);
    if (gapUs === undefined) return undefined;
    const key = keyOf(entry);
    const former = this.#stretches.get(key);
    if (former?.changed) this.#over.push(endOf(former));
    this.#stretches.delete(key);
    if (this.#stretches.size >= MAX_STRETCHES && !this.#forgetOne()) return undefined;
    const { endedAtMs, count } = entry;
    const stretch = {
      entry,
      beganUs: nowUs,
      gapUs,
      lastUs: nowUs,
      endedAtMs,
      count,
      open: 0,
      changed: false,
    };
    this.#stretches.set(key, stretch);
    return stretch;
  }

  extend(stretch: Stretch, nowUs: number, nowMs: number, by = 0): void {
    stretch.lastUs = nowUs;
    // The clock may have been set back.
    stretch.endedAtMs = Math.max(stretch.endedAtMs, nowMs);
    stretch.count += by;
    stretch.changed = true;
  }

  /** The present ends by the entry's id, also of stretches that still last. */
  ends(nowMs: number): Map<string, AuditStretchEnd> {
    const ends = [...this.#stretches.values()].map((stretch) => {
      const { endedAtMs, ...end } = endOf(stretch);
      return { ...end, endedAtMs: stretch.open > 0 ? Math.max(endedAtMs, nowMs) : endedAtMs };
    });
    return new Map([...this.#over, ...ends].map((end) => [end.id, end]));
  }

  /** The ends of stretches that still last or have changed, to be stored. Forgets stretches that have ended. */
  takeChanged(nowUs: number, nowMs: number): AuditStretchEnd[] {
    const ends = this.#over.splice(0);
    for (const [key, stretch] of this.#stretches) {
      if (stretch.open > 0) this.extend(stretch, nowUs, nowMs);
      if (stretch.changed) ends.push(endOf(stretch));
      stretch.changed = false;
      if (isOver(stretch, nowUs)) this.#stretches.delete(key);
    }
    return ends;
  }

  /** Continues stretches that have lasted too long as new entries. @param renew a new id and date @returns the new entries */
  renewLong(nowUs: number, renew: (entry: NewAuditEntry) => NewAuditEntry): NewAuditEntry[] {
    const long = [...this.#stretches.values()].filter(
      ({ open, beganUs }) => open > 0 && nowUs - beganUs >= MAX_STRETCH_MS * 1000,
    );
    return long.map((stretch) => {
      stretch.entry = renew(stretch.entry);
      const { endedAtMs, count } = stretch.entry;
      return Object.assign(stretch, { beganUs: nowUs, endedAtMs, count }).entry;
    });
  }

  #forgetOne(): boolean {
    for (const [key, { open, changed }] of this.#stretches)
      if (open === 0 && !changed) return this.#stretches.delete(key);
    return false;
  }
}

function endOf({ entry, endedAtMs, count }: Stretch): AuditStretchEnd {
  return { id: entry.id, endedAtMs, count };
}

function isOver({ lastUs, beganUs, gapUs, open }: Stretch, nowUs: number): boolean {
  return open === 0 && (nowUs - lastUs > gapUs || nowUs - beganUs >= MAX_STRETCH_MS * 1000);
}

function gapOf({ action, refused }: NewAuditEntry): number | undefined {
  return GAPS_US[action] ?? (refused ? REFUSED_GAP_US : undefined);
}

/** A user at two addresses, or in person and by an API key, has two entries; an IPv6 address stands for its network. */
function keyOf({ action, refused, userId, username, cameraId, address, details }: NewAuditEntry): string {
  const where = address === null ? '' : networkOf(address);
  return JSON.stringify([action, refused, userId, username, cameraId, where, details['byKeyId']]);
}
