/** Which segment shows a moment, which comes next, and where it is: a camera's recordings in the order of time. Pure. */

import { mediaPath } from '../http/request-line.ts';
import type { RecordedSegment } from '../../server/wire/recording.ts';

export interface PlayPosition {
  segment: RecordedSegment;
  /** Into the segment. */
  seconds: number;
}

/** An open segment is loaded again when it is longer by this much. */
const MORE_MS = 1_500;

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

  after(segment: RecordedSegment): RecordedSegment | undefined {
    return this.#segments.find(({ startMs }) => startMs > segment.startMs);
  }

  /** More of a segment that was being written when it was loaded. */
  further(loaded: RecordedSegment): RecordedSegment | undefined {
    if (!loaded.open) return undefined;
    const now = this.#segments.find(({ id }) => id === loaded.id);
    const moreMs = (now?.endMs ?? 0) - loaded.endMs;
    return moreMs >= (now?.open ? MORE_MS : 1) ? now : undefined;
  }

  /** Whether what follows a segment is still being recorded. */
  isGrowing({ id }: RecordedSegment): boolean {
    return this.#segments.some((segment) => segment.id === id && segment.open);
  }
}

/** A segment that ends this much before its time has pictures left that the browser does not show. */
const EARLY_MS = 1_000;

/**
 * Chromium ends a segment a second after the last picture but one, however long the last ones last. @param seconds
 * where it ended
 */
export function endsEarly({ startMs, endMs }: RecordedSegment, seconds: number): boolean {
  return endMs - startMs - seconds * 1000 > EARLY_MS;
}

/** For `<video>`, which sends the media cookie. A segment that is being written has the length it had when it was listed. */
export function segmentUrl(cameraId: string, { id: recordingId, open, bytes }: RecordedSegment): string {
  return mediaPath('GET /api/cameras/:cameraId/recordings/:recordingId.webm', {
    params: { cameraId, recordingId },
    query: open ? { bytes } : {},
  });
}
