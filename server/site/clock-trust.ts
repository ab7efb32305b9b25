/**
 * Watches whether the site's clock can be right: compares it with the date of this release, and reads what systemd reports. Emits
 * changes.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { EventEmitter } from 'node:events';
import { promisify } from 'node:util';
import { clockView } from '../core/clock-trust.ts';
import type { SiteTime } from '../core/site-clock.ts';
import type { SiteClockView } from '../wire/site.ts';

/** @returns undefined if unknown */
export type IsSynchronized = () => Promise<boolean | undefined>;

const CHECK_MS = 60_000;
const TIMEDATECTL_TIMEOUT_MS = 5_000;
/** Folder of systemd-timesyncd: the folder exists while it runs, and the file in it once the clock was set since boot. */
const TIMESYNC_FOLDER = '/run/systemd/timesync';
const run = promisify(execFile);

export class ClockTrust extends EventEmitter<{ changed: [SiteClockView] }> {
  readonly #time: SiteTime;
  readonly #releasedAtMs: number;
  readonly #isSynchronized: IsSynchronized;
  readonly #timer: NodeJS.Timeout;
  /** A clock is given a minute to be set after the machine has started. */
  #synchronized: boolean | undefined;
  /** As JSON, as last reported; initially as found at the start. */
  #told: string;

  constructor(
    time: SiteTime,
    releasedAtMs: number,
    isSynchronized: IsSynchronized = systemdSaysSynchronized,
  ) {
    super();
    this.#time = time;
    this.#releasedAtMs = releasedAtMs;
    this.#isSynchronized = isSynchronized;
    this.#told = JSON.stringify(this.view);
    this.#timer = setInterval(() => void this.check(), CHECK_MS);
  }

  /** The operating system says so. */
  get isSynchronized(): boolean {
    return this.#synchronized === true;
  }

  get view(): SiteClockView {
    return clockView({
      nowMs: this.#time.nowMs(),
      releasedAtMs: this.#releasedAtMs,
      synchronized: this.#synchronized,
    });
  }

  /** Never rejects. */
  async check(): Promise<void> {
    this.#synchronized = await this.#isSynchronized().catch(() => undefined);
    this.tell();
  }

  /** The clock was set. */
  tell(): void {
    const { view } = this;
    const text = JSON.stringify(view);
    if (text === this.#told) return;
    this.#told = text;
    this.emit('changed', view);
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    this.removeAllListeners();
  }
}

async function systemdSaysSynchronized(): Promise<boolean | undefined> {
  if (existsSync(TIMESYNC_FOLDER)) return existsSync(`${TIMESYNC_FOLDER}/synchronized`);
  // Booted with systemd, and another program, such as chrony, keeps the clock.
  if (!existsSync('/run/systemd/system')) return undefined;
  const args = ['show', '--property=NTPSynchronized', '--value'];
  const { stdout } = await run('timedatectl', args, { timeout: TIMEDATECTL_TIMEOUT_MS });
  return stdout.trim() === 'yes' ? true : stdout.trim() === 'no' ? false : undefined;
}
