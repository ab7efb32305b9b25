/**
 * One viewer's subscription of one rung of a camera, with the viewer's allowance of keyframes of that rung.
 *
 * Invariant: the allowance bounds its requests, and outlives it; the track makes one keyframe for simultaneous requests.
 */

import type { KeyframeAllowance } from '../core/rtp/keyframe-allowance.ts';
import type { RtpPayload } from '../core/rtp/vp8-packetizer.ts';
import type { EncodedFrame } from '../core/video/encoded-frame.ts';
import type { RungName } from '../core/video/rungs.ts';
import type { CameraTrack, FrameSink } from './camera-track.ts';

export interface FeedReceiver {
  onFrame(frame: EncodedFrame, payloads: readonly RtpPayload[], feed: RungFeed, nowUs: number): void;
  onSilence(feed: RungFeed, nowUs: number): void;
}

export class RungFeed implements FrameSink {
  readonly keyframes: KeyframeAllowance;
  readonly #track: CameraTrack;
  readonly #receiver: FeedReceiver;
  limitBps: number | undefined;

  constructor(track: CameraTrack, keyframes: KeyframeAllowance, receiver: FeedReceiver) {
    this.#track = track;
    this.keyframes = keyframes;
    this.#receiver = receiver;
  }

  get rung(): RungName {
    return this.#track.rung;
  }

  open(nowUs: number): void {
    this.#track.add(this, this.keyframes.join(nowUs));
  }

  /** @param limitBps see FrameSink */
  demand(limitBps: number | undefined): void {
    if (limitBps === this.limitBps) return;
    this.limitBps = limitBps;
    this.#track.sinksChanged();
  }

  /** For the open request, if there is one and it is allowed now. */
  makeKeyframe(nowUs: number): void {
    if (this.keyframes.take(nowUs, this.#track.isShared)) this.#track.requestKeyframe();
  }

  close(): void {
    this.#track.remove(this);
  }

  onFrame(frame: EncodedFrame, payloads: readonly RtpPayload[], nowUs: number): void {
    this.#receiver.onFrame(frame, payloads, this, nowUs);
  }

  onSilence(nowUs: number): void {
    this.#receiver.onSilence(this, nowUs);
  }
}
