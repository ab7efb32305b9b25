/**
 * Disk space for recordings: keeps them within the quota and the disk above its floor, by removing the oldest.
 *
 * Invariants: nothing is written without admission, and recordings are removed before the admission is granted, so that the
 * limits hold at every moment. A file that cannot be removed is skipped for a while, and others are removed instead.
 * Admissions are answered one after the other.
 */

import { statfs } from 'node:fs/promises';
import { monotonicMs } from '../core/clock.ts';
import { QuotaRing, type QuotaLimits, type StoredRecording } from '../core/recording/quota-ring.ts';
import type { RecordingStatus } from '../wire/recording.ts';
import { isRecordingFolder, recordingFolderMissing } from './recording-folder.ts';

export interface RecordingSpaceOptions {
  /** On the disk whose floor counts. */
  folder: string;
  limits: QuotaLimits;
  /** Removes one from disk and index. @throws Error when that fails; it still counts then */
  remove: (id: string) => Promise<void>;
  /** Called when one could not be removed. */
  onStuck?: (id: string, error: unknown) => void;
  /** Called when there is no room, and when there is some again. */
  onAlarm?: (alarm: RecordingStatus['alarm']) => void;
  /** Bytes free on the disk; for tests. */
  freeBytes?: () => Promise<number>;
  /**
   * Bytes that exports and backups occupy on the same disk. For recordings they count as free, so that no recording is deleted
   * for files that exist for minutes.
   */
  passingBytes?: () => number;
  /** Whether the folder is there, and its disk; for tests. */
  isThere?: () => Promise<boolean>;
  /** A monotonic clock, ms; for tests. */
  nowMs?: () => number;
}

/** How long a measurement of the free space is used. */
const FREE_LOOK_MS = 1_000;
/** How long a recording that cannot be removed is skipped; with more of them than the next limit, the disk has failed. */
const STUCK_MS = 60_000;
const MAX_STUCK = 8;
/** Share of the floor that recordings leave free which exports may use. */
const FLOOR_SHARE_OF_EXPORTS = 1 / 2;

export class RecordingSpace {
  readonly #ring: QuotaRing;
  readonly #options: RecordingSpaceOptions;
  readonly #nowMs: () => number;
  #queue: Promise<unknown> = Promise.resolve();
  #freeBytes = Infinity;
  #isThere = true;
  #lookedAtMs = -Infinity;
  #alarm: RecordingStatus['alarm'] = null;
  /** Those that could not be removed. */
  readonly #stuck = new Map<string, StoredRecording>();
  #stuckUntilMs = 0;
  #stuckError: unknown;

  constructor(options: RecordingSpaceOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? monotonicMs;
    this.#ring = new QuotaRing(options.limits);
  }

  get status(): RecordingStatus {
    const { totalBytes, freeFloorBytes } = this.#ring.limits;
    return {
      usedBytes: this.#ring.usedBytes,
      quotaBytes: totalBytes,
      freeBytes: Number.isFinite(this.#freeBytes) ? this.#freeBytes : null,
      freeFloorBytes,
      alarm: this.#alarm,
    };
  }

  setLimits(limits: QuotaLimits): void {
    this.#ring.setLimits(limits);
  }

  put(recording: StoredRecording): void {
    this.#stuck.delete(recording.id);
    this.#ring.put(recording);
  }

  forget(id: string): void {
    this.#stuck.delete(id);
    this.#ring.remove(id);
  }

  /** Asks for `bytes` more for this recording, which is in the ring, and counts them if they are given. */
  admit(recording: StoredRecording, bytes: number): Promise<boolean> {
    const answer = this.#queue.then(() => this.#admit(recording, bytes));
    this.#queue = answer.catch(() => undefined);
    return answer;
  }

  /**
   * Call it before a file is created: its folders would be created too, on whichever disk is mounted now.
   *
   * @throws VigieError `unavailable` when the folder of the recordings is not there
   */
  async assertThere(): Promise<void> {
    const look = this.#queue.then(() => this.#lookAtDisk());
    this.#queue = look.catch(() => undefined);
    await look;
    if (this.#isThere) return;
    this.#setAlarm('folderMissing');
    throw recordingFolderMissing();
  }

  /**
   * The disk space for all exports together, so that recordings can still grow to their quota: the free space beyond that, and a
   * part of the floor.
   *
   * @throws VigieError `unavailable` when the folder of the recordings is not there
   */
  async bytesForExports(): Promise<number> {
    this.#lookedAtMs = -Infinity;
    await this.assertThere();
    const { totalBytes, freeFloorBytes } = this.#ring.limits;
    const ofRecordings = freeFloorBytes + Math.max(0, totalBytes - this.#ring.usedBytes);
    const ofFloor = FLOOR_SHARE_OF_EXPORTS * freeFloorBytes;
    const beyond = Math.max(0, this.#freeBytes - ofRecordings);
    return Math.max(0, Math.floor(Math.min(beyond + ofFloor, this.#freeBytes - freeFloorBytes + ofFloor)));
  }

  /** A write failed because another program has taken the space. */
  onDiskFull(): void {
    this.#setAlarm('diskFull');
    this.#lookedAtMs = -Infinity;
  }

  /** Nothing is to be recorded any more, so nothing is missing. */
  forgetAlarm(): void {
    this.#setAlarm(null);
  }

  #setAlarm(alarm: RecordingStatus['alarm']): void {
    if (alarm === this.#alarm) return;
    this.#alarm = alarm;
    this.#options.onAlarm?.(alarm);
  }

  async #admit(recording: StoredRecording, bytes: number): Promise<boolean> {
    await this.#lookAtDisk();
    if (!this.#isThere) {
      this.#setAlarm('folderMissing');
      return false;
    }
    this.#freeStuck();
    const admission = this.#ring.admit(recording.cameraId, bytes, this.#freeBytes);
    if (!admission.admitted && this.#stuck.size > 0) throw this.#stuckError;
    this.#setAlarm(admission.admitted ? null : admission.reason);
    if (!admission.admitted) return false;
    for (const victim of admission.victims) {
      if (!(await this.#remove(victim))) return await this.#admit(recording, bytes);
      this.#ring.remove(victim.id);
      this.#freeBytes += victim.bytes;
    }
    recording.bytes += bytes;
    this.#freeBytes -= bytes;
    this.#ring.put(recording);
    return true;
  }

  /** @returns false when it stays. @throws Error when too many do */
  async #remove(victim: StoredRecording): Promise<boolean> {
    try {
      await this.#options.remove(victim.id);
      return true;
    } catch (error) {
      if (this.#stuck.size >= MAX_STUCK) throw error;
      // The disk may be gone, and with it every other one.
      this.#lookedAtMs = -Infinity;
      this.#options.onStuck?.(victim.id, error);
      this.#stuck.set(victim.id, victim);
      this.#stuckUntilMs = this.#nowMs() + STUCK_MS;
      this.#stuckError = error;
      this.#ring.put({ ...victim, kept: true });
      return false;
    }
  }

  #freeStuck(): void {
    if (this.#stuck.size === 0 || this.#nowMs() < this.#stuckUntilMs) return;
    for (const recording of this.#stuck.values()) this.#ring.put(recording);
    this.#stuck.clear();
  }

  async #lookAtDisk(): Promise<void> {
    const nowMs = this.#nowMs();
    if (nowMs - this.#lookedAtMs < FREE_LOOK_MS) return;
    this.#lookedAtMs = nowMs;
    const { folder, freeBytes, isThere = () => isRecordingFolder(folder) } = this.#options;
    const { passingBytes = () => 0 } = this.#options;
    this.#isThere = await isThere();
    if (!this.#isThere) return;
    const passingBefore = passingBytes();
    const free = await (freeBytes?.() ?? freeBytesOf(folder));
    // They may change while the disk is queried. The larger number removes no recording.
    this.#freeBytes = free + Math.max(passingBefore, passingBytes());
  }
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
