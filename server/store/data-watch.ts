/**
 * Detects that the data are destroyed while the server runs: the folder removed, its disk unplugged, the database replaced,
 * truncated or overwritten. An open file outlives its name, so without this everything would seem to be stored.
 *
 * Invariants: it only reads, and never opens the database through node:fs, which would end SQLite's locks (fcntl(2)). Damage is
 * reported until the restart, since nothing repairs it meanwhile; files that return are valid again.
 */

import { stat } from 'node:fs/promises';
import type { Log } from '../log.ts';
import type { HealthProblem } from '../wire/health.ts';
import { isDamaged } from './database.ts';

export interface DataWatchOptions {
  /** Path of the database, which is open. */
  path: string;
  /** @returns the problem of the file; `whole`: checks all of it */
  look: (whole: boolean) => Promise<string | undefined>;
  /** Whether the folder of the recordings is there. */
  hasRecordings: () => Promise<boolean>;
  /** Told of every change; empty when all is well again. */
  onChange: (problems: readonly HealthProblem[]) => void;
  log: Log;
  lookIntervalMs?: number;
  checkIntervalMs?: number;
}

const LOOK_INTERVAL_MS = 30_000;
const CHECK_INTERVAL_MS = 24 * 3_600_000;

interface FileState {
  dev: number;
  ino: number;
  size: number;
}

export class DataWatch {
  readonly #options: DataWatchOptions;
  readonly #log: Log;
  readonly #timers: NodeJS.Timeout[];
  #first: FileState | undefined;
  #size = 0;
  #damaged = false;
  #problems: readonly HealthProblem[] = [];
  #looking: Promise<void> | undefined;
  #closed = false;

  constructor(options: DataWatchOptions) {
    this.#options = options;
    this.#log = options.log.child({ component: 'store' });
    this.#timers = [
      setInterval(() => void this.look(), options.lookIntervalMs ?? LOOK_INTERVAL_MS),
      setInterval(() => void this.look(true), options.checkIntervalMs ?? CHECK_INTERVAL_MS),
    ];
    for (const timer of this.#timers) timer.unref();
    void this.look();
  }

  get problems(): readonly HealthProblem[] {
    return this.#problems;
  }

  /** An error of SQLite in normal use. */
  onError(error: unknown): void {
    if (this.#damaged || this.#closed || !isDamaged(error)) return;
    this.#foundDamage(error.message);
    void this.look();
  }

  /** Called by a timer; never rejects. @param whole check every page of the database */
  async look(whole = false): Promise<void> {
    // One check after the other; a waiting one sees the latest state.
    await this.#looking;
    this.#looking ??= this.#look(whole).finally(() => (this.#looking = undefined));
    await this.#looking;
  }

  /** Idempotent. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
  }

  async #look(whole: boolean): Promise<void> {
    if (this.#closed) return;
    const { hasRecordings } = this.#options;
    const problems: HealthProblem[] = [];
    const place = await this.#placeProblem();
    if (place) problems.push(place);
    else if (!this.#damaged) await this.#lookInside(whole);
    if (this.#damaged) problems.push('databaseDamaged');
    if (!(await hasRecordings())) problems.push('recordingsMissing');
    this.#tell(problems);
  }

  async #placeProblem(): Promise<HealthProblem | undefined> {
    try {
      const { dev, ino, size } = await stat(this.#options.path);
      this.#first ??= { dev, ino, size };
      if (dev !== this.#first.dev || ino !== this.#first.ino) return 'databaseReplaced';
      this.#size = Math.max(size, this.#size);
      // Vigie never makes it smaller; a program that does so properly leaves it intact.
      if (size < this.#size) await this.#lookInside(true);
      this.#size = size;
      return undefined;
    } catch {
      return 'databaseMissing';
    }
  }

  async #lookInside(whole: boolean): Promise<void> {
    try {
      const damage = await this.#options.look(whole);
      if (damage !== undefined) this.#foundDamage(damage);
    } catch (error) {
      // The server is busy, or stopping; the next check decides.
      this.#log.debug({ err: error }, 'failed to check the database');
    }
  }

  #foundDamage(damage: string): void {
    if (this.#damaged) return;
    this.#damaged = true;
    this.#log.error({ damage }, 'database found damaged');
  }

  #tell(problems: readonly HealthProblem[]): void {
    if (this.#closed || problems.join() === this.#problems.join()) return;
    const { path } = this.#options;
    if (problems.length > 0) this.#log.error({ problems, path }, 'data lost or damaged');
    else this.#log.info({ path }, 'data problems ended');
    this.#problems = problems;
    this.#options.onChange(problems);
  }
}
