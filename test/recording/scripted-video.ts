/** An encoder whose frames a test hands out: real VP8 frames, at the times the test says. */

import type { EncodedFrame, EncodedVideo } from '../../server/core/video/encoded-frame.ts';
import type { Subscription } from '../../server/core/fan-out.ts';
import type { EncodingDemand } from '../../server/core/video/encoding-demand.ts';

const INTERVAL_MS = 40;

export class ScriptedVideo implements EncodedVideo {
  /** ms since the Unix epoch; every frame moves it on. */
  nowMs: number;
  demand: EncodingDemand | undefined;
  keyframeRequests = 0;
  /** False: an encoder that is asked for keyframes and makes none. */
  makesKeyframes = true;
  readonly #frames: readonly EncodedFrame[];
  #onFrame: ((frame: EncodedFrame) => void) | undefined;
  #next = 0;
  #wantKeyframe = false;
  #lastUs: number | undefined;
  #size: { width: number; height: number } | undefined;

  /** @param frames the first is a keyframe, the others are not */
  constructor(frames: readonly EncodedFrame[], beginMs: number) {
    this.#frames = frames;
    this.nowMs = beginMs;
  }

  get subscribed(): boolean {
    return this.#onFrame !== undefined;
  }

  subscribe(
    _cameraId: string,
    onFrame: (frame: EncodedFrame) => void,
    demand?: EncodingDemand,
  ): Subscription {
    this.#onFrame = onFrame;
    this.demand = demand;
    this.#wantKeyframe = true;
    return {
      close: () => {
        if (this.#onFrame === onFrame) this.#onFrame = undefined;
      },
    };
  }

  requestKeyframe(): void {
    this.keyframeRequests++;
    this.#wantKeyframe ||= this.makesKeyframes;
  }

  /** Somebody joins: the newest picture is made again, and what follows depends on that. */
  repeat(): void {
    const [keyframe] = this.#frames;
    if (keyframe && this.#lastUs !== undefined)
      this.#onFrame?.({ ...keyframe, ...this.#size, captureUs: this.#lastUs, repeated: true });
  }

  /** The camera takes one picture now. */
  take(): void {
    const frame = this.#frames[this.#wantKeyframe ? 0 : 1 + (this.#next++ % (this.#frames.length - 1))];
    if (!frame || !this.#onFrame) return;
    this.#wantKeyframe = false;
    this.#lastUs = this.nowMs * 1000;
    this.#onFrame({ ...frame, ...this.#size, captureUs: this.#lastUs });
  }

  /** From now on the pictures have another size, which begins with a keyframe. */
  resize(width: number, height: number): void {
    this.#size = { width, height };
    this.#wantKeyframe = true;
  }

  /** The camera sends for this time. */
  play(ms: number): void {
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs; this.nowMs += INTERVAL_MS) this.take();
  }
}
