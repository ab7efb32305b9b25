/**
 * Disk space for exports: reserved before one begins, and held until its file is deleted.
 *
 * Invariants: the reservations never exceed the space that recordings leave for exports (RecordingSpace), and one user reserves
 * half of it at most; an export writes no more than it reserved.
 */

import { Shares } from '../core/shares.ts';
import { VigieError } from '../errors.ts';

export interface ExportReservation {
  /** @returns false when that is more than was reserved */
  wrote(bytes: number): boolean;
  /** The file was deleted. Idempotent. */
  close(): void;
}

const RETRY_AFTER_SECONDS = 60;

export class ExportSpace {
  #totalBytes = 0;
  readonly #shares = new Shares(() => ({ total: this.#totalBytes, perUser: this.#totalBytes / 2 }));
  readonly #written = new Map<ExportReservation, number>();

  /** On the disk now, or on their way there. */
  get writtenBytes(): number {
    return this.#written.values().reduce((sum, bytes) => sum + bytes, 0);
  }

  get reservedBytes(): number {
    return this.#shares.taken;
  }

  /**
   * @param totalBytes for all exports together, as it is now
   * @throws VigieError `unavailable` when there is no room for as much
   */
  reserve(userId: string, bytes: number, totalBytes: number): ExportReservation {
    this.#totalBytes = totalBytes;
    const room = this.#shares.roomFor(userId);
    const giveBack = this.#shares.take(userId, bytes);
    if (!giveBack)
      throw new VigieError(
        'unavailable',
        `this download needs ${megabytes(bytes)} on the server’s disk, which has ${megabytes(room)} for it: choose a shorter range, or fetch or remove your other downloads first`,
        { retryAfterSeconds: RETRY_AFTER_SECONDS },
      );
    const reservation: ExportReservation = {
      wrote: (written) => {
        if (this.#written.has(reservation)) this.#written.set(reservation, written);
        return written <= bytes;
      },
      close: () => {
        this.#written.delete(reservation);
        giveBack();
      },
    };
    this.#written.set(reservation, 0);
    return reservation;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
