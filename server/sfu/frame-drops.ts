/**
 * Drops the frames of one camera for which a viewer's path has no room.
 *
 * Invariants: a full path takes no frame, except a keyframe that replaces frames that wait; a path that fills takes the
 * base layer only; the keyframe that a dropped frame made necessary is requested only when there is room for it, because
 * each keyframe costs all viewers of the rung.
 */

import type { Vp8Forwarder } from '../core/rtp/vp8-forwarder.ts';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import type { RtpPath } from './rtp-stream.ts';

export interface FrameDropsOptions {
  path: Pick<RtpPath, 'isFull' | 'isFilling' | 'replace'>;
  forwarder: Vp8Forwarder;
  /** The stream whose waiting frames a keyframe may replace. */
  ssrc: number;
  /** There is room again, and the viewer needs a keyframe because of dropped frames. */
  onKeyframeNeeded: () => void;
}

export class FrameDrops {
  readonly #options: FrameDropsOptions;
  #needsKeyframe = false;

  constructor(options: FrameDropsOptions) {
    this.#options = options;
  }

  /** @returns whether there is room for the frame; otherwise the forwarder leaves it out, with all frames that reference it */
  admits(frame: EncodedFrame): boolean {
    const { path, forwarder } = this.#options;
    if (path.isFull && !this.#replacesWaiting(frame)) {
      forwarder.leaveOut(frame);
      this.#needsKeyframe ||= forwarder.isInterrupted || frame.keyframe;
      return false;
    }
    this.onRoom();
    if (!path.isFilling || (frame.layer?.tid ?? 0) === 0) return true;
    forwarder.leaveOut(frame);
    return false;
  }

  /** The path is not full. */
  onRoom(): void {
    if (this.#needsKeyframe) this.#options.onKeyframeNeeded();
    this.#needsKeyframe = false;
  }

  /** A keyframe of the rung that the line carries now is worth more than the frames that wait. */
  #replacesWaiting({ keyframe, rung, data }: EncodedFrame): boolean {
    const { path, forwarder, ssrc } = this.#options;
    return keyframe && rung === forwarder.target.rung && (path.replace?.(ssrc, data.length) ?? false);
  }
}
