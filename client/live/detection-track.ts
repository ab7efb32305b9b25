/**
 * The reports of one camera's analysers, and which boxes belong to a frame on the screen: those of the report whose
 * picture has the frame's capture time, or else the newest one before. Pure; times are µs of server time.
 *
 * An analyser needs time, so on a live picture the boxes are usually those of a frame some moments ago; where the
 * picture itself is late, its reports are already there, and the boxes are exact.
 *
 * Invariants: a frame never gets boxes of a later picture; boxes do not outlast the pause that their analyser usually
 * makes; at most `MAX_REPORTS` reports of `MAX_ANALYSERS` analysers are kept.
 */

import type { DetectedBox, LiveDetections } from '../../server/wire/detection.ts';

export const MAX_REPORTS = 64;
export const MAX_ANALYSERS = 8;
/** A tick of 90 kHz is rounded on the way. */
const SAME_PICTURE_US = 5_000;
/** Number of the analyser's pauses between two pictures for which boxes stay, within these limits. */
const PAUSES = 2.5;
const STAY_US = { atLeast: 1_000_000, atMost: 5_000_000 };

type Report = Pick<LiveDetections, 'captureUs' | 'boxes'>;

export class DetectionTrack {
  /** By analyser, each in the order of capture. */
  readonly #reports = new Map<string, Report[]>();

  add({ analyser, captureUs, boxes }: LiveDetections): void {
    const reports = this.#reports.get(analyser) ?? [];
    // The one that reported longest ago comes first.
    this.#reports.delete(analyser);
    this.#reports.set(analyser, reports);
    const after = reports.findLastIndex((report) => report.captureUs <= captureUs) + 1;
    reports.splice(after, 0, { captureUs, boxes });
    if (reports.length > MAX_REPORTS) reports.shift();
    for (const oldest of this.#reports.keys()) {
      if (this.#reports.size <= MAX_ANALYSERS) break;
      this.#reports.delete(oldest);
    }
  }

  /** @param captureUs of the frame; null: unknown */
  boxesAt(captureUs: number | null): DetectedBox[] {
    if (captureUs === null) return [];
    return [...this.#reports.values()].flatMap((reports) => boxesOf(reports, captureUs));
  }

  clear(): void {
    this.#reports.clear();
  }
}

function boxesOf(reports: readonly Report[], captureUs: number): DetectedBox[] {
  const index = reports.findLastIndex((report) => report.captureUs <= captureUs + SAME_PICTURE_US);
  const report = reports[index];
  if (!report) return [];
  const pauseUs = report.captureUs - (reports[index - 1]?.captureUs ?? report.captureUs);
  const stayUs = Math.max(STAY_US.atLeast, Math.min(STAY_US.atMost, PAUSES * pauseUs));
  return captureUs - report.captureUs <= stayUs ? report.boxes : [];
}
