/** Which segment shows a moment, which comes next, and where it is: a camera's recordings in the order of time. Pure. */

import { mediaPath } from '../http/request-line.ts';
import type { RecordedSegment } from '../../server/wire/recording.ts';

export interface PlayPosition {
  segment: RecordedSegment;
  /** Into the segment. */
  seconds: number;
}

export class Playlist {
  readonly #segments: readonly RecordedSegment[];

  /** @param segments oldest first */
  constructor(segments: readonly RecordedSegment[]) {
    this.#segments = segments.filter(({ endMs, startMs }) => endMs > startMs);
  }

  /** The position to play for this moment; in a gap, the beginning of the next segment. */
  at(ms: number): PlayPosition | undefined {
    const segment = this.#segments.find(({ endMs }) => endMs > ms);
    return segment && { segment, seconds: Math.max(0, (ms - segment.startMs) / 1000) };
  }

  /** To be fetched before it is needed; nothing while it is still being written, for that would end it. */
  upcoming(segment: RecordedSegment): RecordedSegment | undefined {
    const next = this.after(segment);
    return next?.open ? undefined : next;
  }

  after(segment: RecordedSegment): RecordedSegment | undefined {
    return this.#segments.find(({ startMs }) => startMs > segment.startMs);
  }
}

/** A segment that ends this much before its time has pictures left that the browser does not show. */
const EARLY_MS = 1_000;

/** Chromium ends a segment a second after the last picture but one, however long the last ones last. @param seconds where it ended */
export function endsEarly({ startMs, endMs }: RecordedSegment, seconds: number): boolean {
  return endMs - startMs - seconds * 1000 > EARLY_MS;
}

/** For `<video>`, which sends the media cookie. */
export function segmentUrl(cameraId: string, recordingId: string): string {
  return mediaPath('GET /api/cameras/:cameraId/recordings/:recordingId.webm', {
    params: { cameraId, recordingId },
  });
}
