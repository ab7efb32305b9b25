/**
 * What has to go so that something new fits: the arithmetic of the recordings' quota.
 *
 * Invariant: what is stored never exceeds the total, nor a camera its own share, at any moment, because room is made before
 * it is used. The oldest unprotected recordings go first; what is protected, or being written, never does.
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
  /** Of cameras that have a limit of their own. */
  cameraBytes: ReadonlyMap<string, number>;
  /** The disk is never filled beyond this. */
  freeFloorBytes: number;
}

export type QuotaDecision =
  /** There is room once these are gone. */
  | { admitted: true; victims: StoredRecording[] }
  /** Even without everything that may go there would not be. */
  | { admitted: false; reason: 'quotaFull' | 'diskFull' };

export class QuotaRing {
  #limits: QuotaLimits;
  /** In the order they were begun and came in here, so that nothing is ever sorted, however many there are. */
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

  /** Lower limits take effect with the next admission. */
  setLimits(limits: QuotaLimits): void {
    this.#limits = limits;
  }

  /** Adds a recording as the newest, or says anew what is known of one. */
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
   * May `bytes` more be written for this camera? Nothing is changed: whoever asked removes the victims, then grows its
   * recording by `put`.
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
    // A camera that is over its own share makes room by itself before it touches another's.
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
