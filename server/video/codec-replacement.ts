/**
 * Replaces a codec process that holds too much memory without a gap: a new one starts, the seats move one by one, and
 * the old one ends when it is empty.
 *
 * Invariant: one replacement at a time, each started at least a gap after the previous one; while the new process is
 * not ready, or if it never is, the old one continues.
 */

import type { MemoryVerdict } from '../core/video/codec-memory.ts';
import type { Log } from '../log.ts';
import type { CodecPlace } from './codec-place.ts';

export interface ReplacementHost {
  /** Starts a process of the same kind. */
  addLike(place: CodecPlace): CodecPlace;
  /** From now on `fresh` replaces `old`, which takes no new seats. */
  succeed(old: CodecPlace, fresh: CodecPlace): void;
  /** Ends the process, which has no seats. */
  remove(place: CodecPlace): void;
}

export class CodecReplacement {
  readonly #host: ReplacementHost;
  readonly #log: Log;
  readonly #gapUs: number;
  readonly #replaced: Record<MemoryVerdict, number> = { idle: 0, large: 0 };
  #current: { old: CodecPlace; fresh: CodecPlace; why: MemoryVerdict } | undefined;
  #lastUs = -Infinity;

  constructor(host: ReplacementHost, log: Log, gapMs: number) {
    this.#host = host;
    this.#log = log;
    this.#gapUs = gapMs * 1000;
  }

  /** Replacements since the start, by reason. */
  get replaced(): Readonly<Record<MemoryVerdict, number>> {
    return this.#replaced;
  }

  /** The process that seats must leave. */
  get retiring(): CodecPlace | undefined {
    return this.#current?.old.retiring ? this.#current.old : undefined;
  }

  concerns(place: CodecPlace): boolean {
    return place === this.#current?.old || place === this.#current?.fresh;
  }

  begin(old: CodecPlace, why: MemoryVerdict, nowUs: number): void {
    if (this.#current || nowUs - this.#lastUs < this.#gapUs) return;
    this.#lastUs = nowUs;
    const { pid, residentMib, size: seats } = old;
    this.#log.info({ pid, residentMib, seats, why }, 'codec process replacement started');
    this.#current = { old, fresh: this.#host.addLike(old), why };
  }

  onReady(place: CodecPlace): void {
    const current = this.#current;
    if (current?.fresh !== place) return;
    current.old.retiring = true;
    this.#host.succeed(current.old, current.fresh);
    this.endWhenEmpty();
  }

  /** Call it when a seat has left the retiring process. */
  endWhenEmpty(): void {
    const current = this.#current;
    if (!current?.old.retiring || current.old.size > 0) return;
    this.#current = undefined;
    this.#replaced[current.why]++;
    this.#log.info(
      { pid: current.fresh.pid, residentMib: current.fresh.residentMib },
      'codec process replaced',
    );
    this.#host.remove(current.old);
  }

  /** A process died. @returns whether another one replaces it already */
  onDeath(place: CodecPlace): boolean {
    const current = this.#current;
    if (!current || !this.concerns(place)) return false;
    this.#current = undefined;
    if (place === current.fresh) {
      current.old.retiring = false;
      this.#host.succeed(current.fresh, current.old);
    } else {
      this.#host.succeed(current.old, current.fresh);
    }
    return true;
  }
}
