import type { Subscription } from '../fan-out.ts';
import type { EncodingDemand } from './encoding-demand.ts';
import type { RungName } from './rungs.ts';

/** The picture to encode as a keyframe: the newest existing one, or the next one. */
export type KeyframeSource = 'newest' | 'next';

/** The position of a frame in the pattern of temporal layers: frames of an upper layer can be left out. */
export interface FrameLayer {
  /** No frame references one of a higher layer, and none references another frame of layer 2. */
  readonly tid: 0 | 1 | 2;
  /** It references only layer 0: a receiver of layer 0 alone can decode it, and its layer from there on. */
  readonly layerSync: boolean;
}

/** One VP8 frame on its way from the transcoder to the SFU and the recorder. Times: server clock, µs since the epoch. */
export interface EncodedFrame {
  readonly cameraId: string;
  /**
   * The size in which it was encoded. All rungs of one picture have its `captureUs`; rungs encoded together have the same
   * `timestamp90k`.
   */
  readonly rung: RungName;
  /** Undefined: there is one layer, and each frame references the one before it. */
  readonly layer: FrameLayer | undefined;
  /** One whole VP8 frame (RFC 6386). Never written to. */
  readonly data: Uint8Array;
  readonly keyframe: boolean;
  /**
   * Encoded again from a picture that was already sent, for a subscriber who needs a keyframe: shown, but not counted as new.
   * Later frames depend on it.
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
  /** When it arrived from the machine that encoded it; absent: it was encoded on this one. */
  readonly arrivedUs?: number;
}

export type OnEncodedFrame = (frame: EncodedFrame) => void;

/**
 * The transcoder as the recorder and other programs see it, in the camera's own size; the SFU has frame-source.ts. A
 * camera is encoded only while there is a subscription.
 */
export interface EncodedVideo {
  /**
   * Every frame of the camera from now on, beginning with a keyframe that is encoded from its newest picture at once. Closing the
   * last subscription stops the camera's encoder after a few seconds.
   *
   * @param demand of a subscriber that is not live; see encoding-demand.ts
   */
  subscribe(cameraId: string, onFrame: OnEncodedFrame, demand?: EncodingDemand): Subscription;
  /**
   * Requests a keyframe: of the newest picture as soon as possible (requests close together share one), or of the next
   * picture, without repeating one.
   */
  requestKeyframe(cameraId: string, of?: KeyframeSource): void;
}
