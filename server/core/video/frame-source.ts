/**
 * The source of the SFU's encoded frames. The SFU subscribes to a rung with a demand and requests keyframes, and does not
 * know who makes the frames: the transcoder in this process, or a site elsewhere.
 */

import type { Subscription } from '../fan-out.ts';
import type { OnEncodedFrame } from './encoded-frame.ts';
import type { Rung, RungName } from './rungs.ts';

/** The demand of live viewers on one rung. */
export interface RungDemand {
  readonly rung: RungName;
  /** The highest bitrate that they can receive, bits per second; Infinity: no limit. */
  readonly limitBps: number;
}

/** A subscription of one rung; closing it is idempotent. */
export interface RungSubscription extends Subscription {
  /** @param bps see RungDemand */
  limit(bps: number): void;
  /** Asks for a keyframe of the newest picture, as soon as possible; requests close together share one. */
  requestKeyframe(): void;
}

export interface FrameSource {
  /**
   * Every frame of the rung from now on, beginning with a keyframe that is made at once. A rung is encoded only while it is
   * subscribed, at the highest bitrate that a subscriber can receive; the demand of a recorder comes first. A rung that the
   * camera does not have, as after a change to smaller pictures, has the camera's own size.
   */
  subscribeRung(cameraId: string, demand: RungDemand, onFrame: OnEncodedFrame): RungSubscription;
  /** The rungs that can be subscribed, best first. Without a picture of the camera: `full` alone, of an assumed size. */
  rungsOf(cameraId: string): Rung[];
}
