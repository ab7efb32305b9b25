/**
 * Decides why a camera that should be recorded is not, and whether its recording shows the present.
 *
 * Invariants: a failure is logged once until recording continues; the repeated picture of a frozen sensor is recorded as it
 * arrives and marked `cameraFrozen` for as long as that lasts, so that nobody mistakes it for the scene.
 */

import type { Liveness } from '../core/link/camera-liveness.ts';
import type { Log } from '../log.ts';
import type { GapReason, RecordingStatus } from '../wire/recording.ts';
import type { RecordingGaps } from './recording-gaps.ts';
import type { SegmentProblem } from './segment-writer.ts';

export interface GapWatchOptions {
  cameraId: string;
  gaps: RecordingGaps;
  /** Why nothing can be recorded of any camera. */
  alarm: () => RecordingStatus['alarm'];
  log: Log;
}

export class GapWatch {
  readonly #options: GapWatchOptions;
  /** Reason of the last failure, until recording continues. */
  #failedFor: GapReason | undefined;
  /** Why the last picture of a slow camera does not last until the next, and since when; undefined once a segment exists. */
  #lost: { reason: GapReason; sinceMs: number } | undefined;

  constructor(options: GapWatchOptions) {
    this.#options = options;
  }

  /** A segment begins. Times are server time in ms. */
  onBegun(startMs: number): void {
    this.#options.gaps.end(startMs);
    this.#failedFor = undefined;
    this.#lost = undefined;
  }

  /** No segment is being written, and the camera is online but slow. */
  onQuiet(): void {
    if (this.#lost) this.#options.gaps.begin(this.#lost.reason, this.#lost.sinceMs);
  }

  /**
   * @param isOff it is switched off for privacy, and would be recorded otherwise; once it is on, other reasons apply
   */
  onSwitch(isOff: boolean, atMs: number): void {
    if (isOff) this.#options.gaps.beginInstead('switchedOff', atMs);
    else this.#options.gaps.endOf('switchedOff', atMs);
  }

  /** The machine has slept until then, for longer than the last picture lasted. */
  onSlept(untilMs: number): void {
    this.#lost = { reason: 'clockChanged', sinceMs: untilMs };
  }

  /** The server has started, and has no picture yet. */
  onServerStarted(atMs: number): void {
    this.#lost = { reason: 'serverDown', sinceMs: atMs };
  }

  onAway(sinceMs: number): void {
    this.#options.gaps.endFrozen(sinceMs);
    this.#options.gaps.begin('cameraOffline', sinceMs);
  }

  onFailed(problem: SegmentProblem, error: unknown, sinceMs: number): void {
    const { gaps, log, cameraId } = this.#options;
    const reason = this.#reasonOf(problem);
    gaps.begin(reason, sinceMs);
    if (this.#failedFor !== reason) log.warn({ err: error, cameraId, reason }, 'recording stopped');
    this.#failedFor = reason;
  }

  /** An ended segment could not be written. @param span its time */
  onLost(problem: SegmentProblem, error: unknown, span: { startMs: number; endMs: number }): void {
    const { gaps, log, cameraId } = this.#options;
    const reason = this.#reasonOf(problem);
    gaps.add(reason, span.startMs, span.endMs);
    log.warn({ err: error, cameraId, reason, ...span }, 'failed to write a segment');
  }

  /** @param recordedSinceMs when what is being recorded began */
  onLiveness({ status, frozen, sinceUs }: Liveness, recordedSinceMs: number, nowMs: number): void {
    const sinceMs = sinceUs === null ? nowMs : sinceUs / 1000;
    if (frozen) this.#options.gaps.beginFrozen(Math.max(sinceMs, recordedSinceMs));
    else this.#options.gaps.endFrozen(status === 'online' ? Math.min(sinceMs, nowMs) : nowMs);
  }

  /** Nothing more is recorded of it for now. */
  onStopped(atMs: number): void {
    this.#options.gaps.endFrozen(atMs);
  }

  /** The camera is not to be recorded, so there is no gap. */
  end(nowMs: number): void {
    this.#options.gaps.end(nowMs);
  }

  #reasonOf(problem: SegmentProblem): GapReason {
    if (problem === 'fault') return 'failed';
    const alarm = this.#options.alarm();
    if (problem === 'noRoom') return alarm === null || alarm === 'quotaFull' ? 'quotaFull' : 'diskFull';
    return problem === 'slowDisk' ? 'overload' : 'diskFull';
  }
}
