/**
 * Decides which recordings to remove so that a new one fits: the arithmetic of the quota.
 *
 * Invariant: the recordings never exceed the total, nor a camera's its share, because room is made before it is
 * used. The oldest unprotected recordings are removed first; protected and open ones never are.
 */

export interface StoredRecording {
  id: string;
  cameraId: string;
  bytes: number;
  /** Protected, or being written. */
  kept: boolean;
}

export interface QuotaLimits {
  totalBytes: number;
  /** Limits of cameras that have their own. */
  cameraBytes: ReadonlyMap<string, number>;
  /** The disk is never filled beyond this. */
  freeFloorBytes: number;
}

export type QuotaDecision =
  /** There is room once these recordings are removed. */
  | { admitted: true; victims: StoredRecording[] }
  /** There is no room, even without all removable recordings. */
  | { admitted: false; reason: 'quotaFull' | 'diskFull' };

export class QuotaRing {
  #limits: QuotaLimits;
  /** In the order of their begin and admission, so that nothing is ever sorted. */
  readonly #recordings = new Map<string, StoredRecording>();
  readonly #cameraBytes = new Map<string, number>();
  #usedBytes = 0;

  constructor(limits: QuotaLimits) {
    this.#limits = limits;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get limits(): QuotaLimits {
    return this.#limits;
  }

  /** Lower limits take effect at the next admission. */
  setLimits(limits: QuotaLimits): void {
    this.#limits = limits;
  }

  /** Adds a recording as the newest, or updates one. */
  put(recording: StoredRecording): void {
    const known = this.#recordings.get(recording.id);
    this.#recordings.set(recording.id, { ...recording });
    this.#count(recording.cameraId, recording.bytes - (known?.bytes ?? 0));
  }

  remove(id: string): void {
    const recording = this.#recordings.get(id);
    if (!recording) return;
    this.#recordings.delete(id);
    this.#count(recording.cameraId, -recording.bytes);
  }

  /**
   * Checks whether `bytes` more may be written for this camera. Nothing is changed: the caller removes the victims, then grows
   * its recording with `put`.
   *
   * @param freeBytes of the disk, now
   */
  admit(cameraId: string, bytes: number, freeBytes: number): QuotaDecision {
    const { totalBytes, cameraBytes, freeFloorBytes } = this.#limits;
    const ownLimit = cameraBytes.get(cameraId) ?? Infinity;
    let ownExcess = (this.#cameraBytes.get(cameraId) ?? 0) + bytes - ownLimit;
    let excess = this.#usedBytes + bytes - totalBytes;
    let lack = freeFloorBytes + bytes - freeBytes;
    const victims = new Set<StoredRecording>();
    const take = (victim: StoredRecording): void => {
      victims.add(victim);
      excess -= victim.bytes;
      lack -= victim.bytes;
      if (victim.cameraId === cameraId) ownExcess -= victim.bytes;
    };
    // A camera above its share loses its own recordings first.
    for (const recording of this.#recordings.values()) {
      if (ownExcess <= 0) break;
      if (!recording.kept && recording.cameraId === cameraId) take(recording);
    }
    for (const recording of this.#recordings.values()) {
      if (excess <= 0 && lack <= 0) break;
      if (!recording.kept && !victims.has(recording)) take(recording);
    }
    if (ownExcess > 0 || excess > 0) return { admitted: false, reason: 'quotaFull' };
    if (lack > 0) return { admitted: false, reason: 'diskFull' };
    return { admitted: true, victims: [...victims] };
  }

  #count(cameraId: string, bytes: number): void {
    this.#usedBytes += bytes;
    const camera = (this.#cameraBytes.get(cameraId) ?? 0) + bytes;
    if (camera === 0) this.#cameraBytes.delete(cameraId);
    else this.#cameraBytes.set(cameraId, camera);
  }
}
