/**
 * The source of a camera's picture: WebRTC (`LiveConsumer`), or, if that does not work, JPEGs over the signaling WebSocket
 * (`PictureStream`). The element that shows it does not need to know which.
 */

import type { MediaPath } from './media-path.ts';

/** `video`: WebRTC. `pictures`: the fallback, JPEGs over the WebSocket. */
export type SourceKind = 'video' | 'pictures';

export interface LiveSource {
  readonly kind: SourceKind;
  readonly track: MediaStreamTrack;
  /**
   * When a frame on the screen was captured.
   *
   * @param metadata of the frame, from requestVideoFrameCallback
   * @param presentedUs server clock, µs since the Unix epoch
   * @returns the same clock and unit; null when it is unknown
   */
  captureUs(metadata: VideoFrameCallbackMetadata, presentedUs: number): number | null;
  /** Since the source began; null while there are no figures yet. */
  counters(): Promise<SourceCounters | null>;
}

export interface SourceCounters {
  /** Left out without WebRTC, and while it has no path. */
  path?: MediaPath;
  /** When they were taken, ms, any origin. */
  timestampMs: number;
  bytesReceived: number;
  /** Pixels. */
  width: number;
  height: number;
  packetsReceived: number;
  packetsLost: number;
  packetsRetransmitted: number;
  framesDecoded: number;
  framesDropped: number;
  /** Summed over all frames that have left the jitter buffer. */
  jitterBufferSeconds: number;
  jitterBufferFrames: number;
}
