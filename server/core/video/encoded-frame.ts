import type { Subscription } from '../fan-out.ts';
import type { EncodingDemand } from './encoding-demand.ts';

/** The picture that a keyframe is asked of: the one there is, or the one to come. */
export type KeyframeSource = 'newest' | 'next';

/** One VP8 frame on its way from the transcoder to the SFU and the recorder. Times: server clock, µs since the epoch. */
export interface EncodedFrame {
  readonly cameraId: string;
  /** One whole VP8 frame (RFC 6386). Never written to. */
  readonly data: Uint8Array;
  readonly keyframe: boolean;
  /**
   * Made once more of a picture that was given out before, for somebody who needs a keyframe: to see, not to count. What follows
   * it depends on it.
   */
  readonly repeated: boolean;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /**
   * 90 kHz, u32, wraps: `captureUs * 0.09` modulo 2^32, but always at least one tick after the frame before it of the
   * same camera.
   */
  readonly timestamp90k: number;
  readonly captureUs: number;
  readonly receivedUs: number;
  readonly decodeStartUs: number;
  readonly decodedUs: number;
  readonly encodedUs: number;
}

/**
 * What the SFU and the recorder see of the transcoder. Subscribing is what makes a camera be encoded at all.
 */
export interface EncodedVideo {
  /**
   * Every frame of the camera from now on, beginning with a keyframe made of its newest picture at once. The last
   * subscriber's close stops the camera's encoder after a grace of a few seconds.
   *
   * @param demand of one who does not watch live; see encoding-demand.ts
   */
  subscribe(cameraId: string, onFrame: (frame: EncodedFrame) => void, demand?: EncodingDemand): Subscription;
  /**
   * Asks for a keyframe: as soon as may be, if need be of the picture there is, and requests close together are answered by one;
   * or made of the next picture, and none is repeated for it.
   */
  requestKeyframe(cameraId: string, of?: KeyframeSource): void;
}
