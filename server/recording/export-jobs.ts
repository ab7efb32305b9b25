/**
 * Exports under way: prepared, then held for their user until they are fetched or ten minutes old.
 *
 * Invariants: an export counts against its user, and holds its disk space, from before it begins until its file is deleted; a
 * user has EXPORT_SHARES.perUser at most, and users' exports are made in turns; files that a crash left are removed at the start.
 */

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { monotonicMs } from '../core/clock.ts';
import { Shares } from '../core/shares.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import { randomId } from '../store/random-id.ts';
import type { ReadFor } from '../store/work.ts';
import { MAX_EXPORT_MS, type ExportView } from '../wire/recording-export.ts';
import { ExportJob } from './export-job.ts';
import type { ExportSpace } from './export-space.ts';
import { planExport } from './recording-export.ts';
import type { RecordingLibrary } from './recording-library.ts';

/** Exports that are prepared, being prepared, or waiting. */
export const EXPORT_SHARES = { total: 16, perUser: 2 };
/** At once; each reads and writes as fast as the disk can. */
const MAX_RUNNING = 2;
/** Counted from when it is ready. */
const LIFETIME_MS = 10 * 60_000;
const SWEEP_INTERVAL_MS = 5_000;
const RETRY_AFTER_SECONDS = 10;
const FOLDER = '.exports';
/** Pages poll once a second. */
const MAX_REMEMBERED = 64;

export interface ExportJobsOptions {
  library: Pick<RecordingLibrary, 'range' | 'pathOf' | 'locate' | 'bytesForExports'>;
  space: ExportSpace;
  /** Parts of exports that a crash left in it are removed. */
  recordingsFolder: string;
  log: Log;
  /** Monotonic; for tests. */
  nowMs?: () => number;
  lifetimeMs?: number;
}

/** A request for an export of one camera for one user. */
export interface ExportRequest {
  userId: string;
  cameraId: string;
  fromMs: number;
  toMs: number;
}

export class ExportJobs {
  readonly #options: Required<ExportJobsOptions>;
  readonly #folder: string;
  readonly #shares = new Shares(EXPORT_SHARES);
  readonly #jobs = new Map<string, ExportJob>();
  readonly #sweeps: NodeJS.Timeout;
  /** The exports that were fetched last, by id, so that a page can tell them from others. */
  readonly #fetched = new Map<string, { userId: string; view: ExportView }>();
  /** Being made. */
  readonly #running = new Set<ExportJob>();

  static async open(options: ExportJobsOptions): Promise<ExportJobs> {
    const folder = join(options.recordingsFolder, FOLDER);
    await rm(folder, { recursive: true, force: true });
    return new ExportJobs(folder, options);
  }

  private constructor(folder: string, options: ExportJobsOptions) {
    this.#folder = folder;
    this.#options = { nowMs: monotonicMs, lifetimeMs: LIFETIME_MS, ...options };
    this.#sweeps = setInterval(() => void this.sweep(), SWEEP_INTERVAL_MS);
  }

  /**
   * @param who for the look-up in the index
   * @throws VigieError `unprocessable`, `notFound` when there is nothing in the range, `tooManyRequests`, `unavailable`
   */
  async create({ userId, cameraId, fromMs, toMs }: ExportRequest, reader?: ReadFor): Promise<ExportJob> {
    if (toMs - fromMs > MAX_EXPORT_MS)
      throw new VigieError(
        'unprocessable',
        `at most ${MAX_EXPORT_MS / 3_600_000} hours at once can be downloaded`,
      );
    await this.#forgetFailed(userId);
    const leave = this.#shares.take(userId);
    if (!leave) throw this.#refusal(userId);
    try {
      const { library, space, nowMs, lifetimeMs } = this.#options;
      const plan = planExport(await library.range(cameraId, fromMs, toMs, reader), fromMs, toMs);
      const totalBytes = await library.bytesForExports();
      const id = randomId('export');
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const reservation = space.reserve(userId, plan.bytes, totalBytes);
      const path = join(this.#folder, `${id}.webm`);
      const job = new ExportJob({
        id,
        userId,
        cameraId,
        fromMs,
        toMs,
        plan,
        path,
        reservation,
        leave,
        nowMs,
        lifetimeMs,
      });
      this.#jobs.set(id, job);
      this.#next();
      return job;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** @throws VigieError `notFound`, also when it is another user's */
  find(userId: string, cameraId: string, id: string): ExportJob {
    const job = this.#jobs.get(id);
    if (job?.userId !== userId || job.cameraId !== cameraId)
      throw new VigieError('notFound', 'there is no such download: it was fetched or removed');
    return job;
  }

  /** Also for a while after it was fetched. @throws VigieError `notFound`, also when it is another user's */
  view(userId: string, cameraId: string, id: string): ExportView {
    const fetched = this.#fetched.get(id);
    if (fetched?.userId === userId && fetched.view.cameraId === cameraId) return fetched.view;
    return this.find(userId, cameraId, id).view;
  }

  listOf(userId: string): ExportJob[] {
    return [...this.#jobs.values()].filter((job) => job.userId === userId);
  }

  /** A client that fetches it is cut off. Idempotent. */
  async remove(job: ExportJob): Promise<void> {
    this.#jobs.delete(job.id);
    if (job.isFetched) this.#remember(job);
    try {
      await job.close();
    } catch (error) {
      this.#options.log.error({ err: error, exportId: job.id }, 'failed to remove an export');
    }
  }

  async removeIf(condition: (job: ExportJob) => boolean): Promise<void> {
    await Promise.all([...this.#jobs.values()].filter(condition).map((job) => this.remove(job)));
  }

  /** Removes expired and fetched exports. */
  sweep(): Promise<void> {
    return this.removeIf((job) => job.isOver);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#sweeps);
    await this.removeIf(() => true);
  }

  #remember({ id, userId, view }: ExportJob): void {
    this.#fetched.set(id, { userId, view: { ...view, state: 'fetched', expiresInMs: null } });
    const [oldest = ''] = this.#fetched.keys();
    if (this.#fetched.size > MAX_REMEMBERED) this.#fetched.delete(oldest);
  }

  #next(): void {
    while (this.#running.size < MAX_RUNNING) {
      const runningOf = ({ userId }: ExportJob): number =>
        [...this.#running].filter((job) => job.userId === userId).length;
      // The oldest job of the user with the fewest running ones.
      const [job] = [...this.#jobs.values()]
        .filter((each) => each.isWaiting)
        .toSorted((a, b) => runningOf(a) - runningOf(b));
      if (!job) return;
      this.#running.add(job);
      void this.#run(job);
    }
  }

  async #run(job: ExportJob): Promise<void> {
    const { library, log } = this.#options;
    try {
      await job.run(library);
    } catch (error) {
      log.error({ err: error, cameraId: job.cameraId }, 'failed to prepare an export');
    } finally {
      this.#running.delete(job);
      this.#next();
    }
  }

  /** Failed ones hold no resources, and a user who requests another export has seen them. */
  async #forgetFailed(userId: string): Promise<void> {
    await this.removeIf((job) => job.userId === userId && job.view.state === 'failed');
  }

  #refusal(userId: string): VigieError {
    const own = this.#shares.heldBy(userId);
    const detail =
      own >= EXPORT_SHARES.perUser
        ? `you have ${own} downloads already: fetch or remove one of them first`
        : 'other users’ downloads use all the available space; try again in a minute';
    return new VigieError('tooManyRequests', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
}
