/**
 * The stored recordings: found, protected and removed, on the disk and in the index alike. Open segments are in
 * unfinished-segments.ts.
 *
 * Invariants: a crash leaves at worst an entry to be repaired or a file to be taken in, at the next start; a file that cannot be
 * removed or repaired does not affect others; and nothing is removed from the index while the disk of the recordings is missing.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import { unmappedTime, type ClockChange, type Dates } from '../core/site-clock.ts';
import type { QuotaLimits } from '../core/recording/quota-ring.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { RecordingStore, StoredSegment, Unindexed } from './recording-store.ts';
import type { RecordingStatus } from '../wire/recording.ts';
import type { ReadFor } from '../store/work.ts';
import { RecordingDates } from './recording-dates.ts';
import { RecordingIndex } from './recording-index.ts';
import { assertRecordingFolder, MARK_NAME, openRecordingFolder } from './recording-folder.ts';
import { recordingPath } from './recording-path.ts';
import { RecordingSpace } from './recording-space.ts';
import { asStored, redateRecordings, type Redating } from './redate-recordings.ts';
import { tidyRecordings } from './tidy-recordings.ts';
import { UnfinishedSegments, type OpenRecording } from './unfinished-segments.ts';

export interface RecordingLibraryOptions {
  folder: string;
  store: RecordingStore;
  limits: QuotaLimits;
  log: Log;
  /** Called when there is no room to record, and when there is some again. */
  onAlarm?: (alarm: RecordingStatus['alarm']) => void;
  freeBytes?: () => Promise<number>;
  /** See RecordingSpace. */
  passingBytes?: () => number;
  dates?: Dates;
}

const REMOVED_AT_ONCE = 500;
const STUCK_MESSAGE = 'failed to remove a recording';
const MISSING_MESSAGE = `failed to find the recordings: their disk is missing, or they were removed; mount it, or create an empty file ${MARK_NAME} in their folder to continue without them`;

export class RecordingLibrary {
  readonly #options: RecordingLibraryOptions;
  readonly #space: RecordingSpace;
  readonly #unfinished: UnfinishedSegments;
  readonly #index: RecordingIndex;
  readonly #dates: RecordingDates;

  /** Checks the folder first: segments that a crash left are repaired, added to the index or removed. */
  static async open(options: RecordingLibraryOptions): Promise<RecordingLibrary> {
    const library = new RecordingLibrary(options);
    const { folder, store, log } = options;
    const known = store.all();
    if (await openRecordingFolder(folder, known.length === 0)) await tidyRecordings(folder, store, log);
    else log.error({ folder }, MISSING_MESSAGE);
    for (const segment of store.all()) library.#space.put(asStored(segment));
    return library;
  }

  private constructor(options: RecordingLibraryOptions) {
    this.#options = options;
    const { folder, limits, freeBytes, passingBytes, onAlarm, dates = unmappedTime() } = options;
    this.#dates = new RecordingDates(folder, dates, options.log);
    this.#index = new RecordingIndex(options.store, options.log);
    this.#space = new RecordingSpace({
      folder,
      limits,
      remove: (id) => this.#removeFile(id),
      onStuck: (recordingId, err) => options.log.error({ err, recordingId }, STUCK_MESSAGE),
      ...(freeBytes && { freeBytes }),
      ...(passingBytes && { passingBytes }),
      ...(onAlarm && { onAlarm }),
    });
    this.#unfinished = new UnfinishedSegments({
      folder,
      space: this.#space,
      index: this.#index,
      dates: this.#dates,
      remove: (id) => this.remove(id),
      log: options.log,
    });
  }

  get status(): RecordingStatus {
    return this.#space.status;
  }

  /** No camera is to be recorded any more, so there is no alarm. */
  forgetAlarm(): void {
    this.#space.forgetAlarm();
  }

  /** See RecordingSpace. */
  bytesForExports(): Promise<number> {
    return this.#space.bytesForExports();
  }

  setLimits(limits: QuotaLimits): void {
    this.#space.setLimits(limits);
  }

  /**
   * @param first a keyframe; it still has to be added
   * @throws Error of the file system
   */
  begin(first: EncodedFrame, isProtected: boolean): Promise<OpenRecording> {
    return this.#unfinished.begin(first, isProtected);
  }

  /**
   * Recordings of one camera that overlap the range, oldest first; open ones up to their present end.
   *
   * @throws VigieError `unavailable` when too many queries wait
   */
  async range(cameraId: string, fromMs: number, toMs: number, reader?: ReadFor): Promise<StoredSegment[]> {
    // Before the query of the index, because entries that are unwritten now may be written when it answers.
    const { ids, segments } = this.#unindexed(cameraId, fromMs, toMs);
    const indexed = await this.#options.store.range(cameraId, fromMs, toMs, reader);
    return [...indexed.filter(({ id }) => !ids.includes(id)), ...segments].sort(
      (a, b) => a.startMs - b.startMs,
    );
  }

  /** As `range`, with the gaps, as JSON. */
  timeline(cameraId: string, fromMs: number, toMs: number, reader?: ReadFor): Promise<Uint8Array> {
    const unindexed = this.#unindexed(cameraId, fromMs, toMs);
    return this.#options.store.timeline(cameraId, fromMs, toMs, unindexed, reader);
  }

  find(id: string): StoredSegment | undefined {
    const segment = this.#index.find(id);
    return segment && this.#unfinished.asItIs(segment);
  }

  /** See UnfinishedSegments. */
  isCutOff(id: string): boolean {
    return this.#unfinished.isCutOff(id);
  }

  pathOf(segment: StoredSegment): string {
    return join(this.#options.folder, recordingPath(segment));
  }

  /** Its path, after running renames; undefined when it was removed. */
  locate(id: string): Promise<string | undefined> {
    return this.#dates.inTurn(async () => {
      const segment = this.find(id);
      return segment && this.pathOf(segment);
    });
  }

  /** @returns once it is stored */
  async setProtected(id: string, isProtected: boolean): Promise<void> {
    const segment = this.#index.find(id);
    if (!segment) return;
    const changed = { ...segment, protected: isProtected };
    if (!segment.open) this.#space.put(asStored(changed));
    await this.#index.put(changed);
  }

  /**
   * One that is being written is left alone.
   *
   * @throws VigieError `unavailable` when the disk of the recordings is not there; Error of the file system
   */
  async remove(id: string): Promise<void> {
    if (this.#unfinished.open.has(id)) return;
    await this.#removeFile(id);
    this.#space.forget(id);
  }

  /**
   * Removes a camera’s recordings, except protected ones and what is being written.
   *
   * @throws VigieError `unavailable` when the disk of the recordings is not there, and when some stay, once the others are gone
   */
  async removeUnprotected(cameraId: string): Promise<void> {
    const { store, folder } = this.#options;
    const stuck = new Set<string>();
    for (const { id } of this.#unindexed(cameraId, 0, Number.MAX_SAFE_INTEGER).segments)
      await this.#removeUnlessProtected(id, stuck);
    for (let afterMs = -1; ;) {
      const page = await store.unprotectedIds(cameraId, afterMs, REMOVED_AT_ONCE);
      for (const { id } of page) await this.#removeUnlessProtected(id, stuck);
      const last = page.at(-1);
      if (!last) break;
      afterMs = last.startMs;
    }
    if (stuck.size > 0)
      throw new VigieError(
        'unavailable',
        `${stuck.size} recordings could not be removed from the disk: see the server’s log, then delete again`,
      );
    // The index is asked whether anything is left.
    await this.#index.settled();
    if ((await store.amountOf(cameraId)).count > 0) return;
    await store.forgetGaps(cameraId);
    await rm(join(folder, cameraId), { recursive: true, force: true });
  }

  /** It may have been protected since it was listed. @param stuck gets it when it cannot be removed */
  async #removeUnlessProtected(id: string, stuck: Set<string>): Promise<void> {
    if (this.#index.find(id)?.protected) return;
    try {
      await this.remove(id);
    } catch (error) {
      // The disk is missing, so none can be removed.
      if (error instanceof VigieError) throw error;
      this.#options.log.error({ err: error, recordingId: id }, STUCK_MESSAGE);
      stuck.add(id);
    }
  }

  /** An event of a camera reaches back to then, server time in ms: see recording-dates.ts. */
  keepDatesSince(cameraId: string, sinceMs: number | undefined): void {
    this.#dates.keepSince(cameraId, sinceMs);
  }

  /** See redateRecordings; what is being written is redated when it ends. */
  onClockChanged(change: ClockChange): Redating {
    const { folder } = this.#options;
    const { open } = this.#unfinished;
    return redateRecordings(
      { folder, index: this.#index, space: this.#space, dates: this.#dates, open },
      change,
    );
  }

  /** Segments that the index lacks or has in an older form: those being written into a file or into the index. */
  #unindexed(cameraId: string, fromMs: number, toMs: number): Unindexed {
    const ids = [...new Set([...this.#index.unwrittenIds, ...this.#unfinished.ids])];
    const segments = ids
      .flatMap((id) => this.find(id) ?? [])
      .filter((each) => each.cameraId === cameraId && each.startMs <= toMs && each.endMs >= fromMs);
    return { ids, segments };
  }

  async #removeFile(id: string): Promise<void> {
    const segment = this.#index.find(id);
    if (segment) await rm(this.pathOf(segment), { force: true });
    // A missing file counts as removed only while the recordings' disk is present. Checked last: the disk may disappear
    // meanwhile.
    await assertRecordingFolder(this.#options.folder);
    this.#unfinished.forget(id);
    this.#index.remove(id).catch(() => undefined);
  }
}
