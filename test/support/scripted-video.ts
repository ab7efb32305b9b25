/** Replaces the transcoder: a test emits the frames. */

import type { EncodedFrame, OnEncodedFrame } from '../../server/core/video/encoded-frame.ts';
import type { FrameSource, RungDemand, RungSubscription } from '../../server/core/video/frame-source.ts';
import { timestamp90kAt } from '../../server/core/rtp/rtp-clock.ts';
import { NO_RUNG, NO_VIDEO } from './no-video.ts';

export class ScriptedVideo implements FrameSource {
  readonly subscribers = new Map<string, OnEncodedFrame>();
  readonly keyframeRequests: string[] = [];
  readonly #clock: (() => number) | undefined;
  #nowUs = 1_700_000_000_000_000;

  /** @param clock when the frames are made; left out: 40 ms after each other */
  constructor(clock?: () => number) {
    this.#clock = clock;
  }

  subscribeRung(cameraId: string, _demand: RungDemand, onFrame: OnEncodedFrame): RungSubscription {
    this.subscribers.set(cameraId, onFrame);
    return {
      ...NO_RUNG,
      requestKeyframe: () => void this.keyframeRequests.push(cameraId),
      close: () => void this.subscribers.delete(cameraId),
    };
  }

  rungsOf(cameraId: string) {
    return NO_VIDEO.rungsOf(cameraId);
  }

  send(cameraId: string, { keyframe = false, bytes = 100 } = {}): EncodedFrame {
    this.#nowUs += 40_000;
    const us = this.#clock?.() ?? this.#nowUs;
    const data = Buffer.alloc(bytes, cameraId);
    // RFC 6386 section 9.1.
    data.writeUInt8(keyframe ? 0x10 : 0x11);
    const frame: EncodedFrame = {
      cameraId,
      rung: 'full',
      layer: undefined,
      keyframe,
      repeated: false,
      width: 640,
      height: 480,
      data,
      timestamp90k: timestamp90kAt(us),
      captureUs: us,
      receivedUs: us,
      decodeStartUs: us,
      decodedUs: us,
      encodedUs: us,
    };
    this.subscribers.get(cameraId)?.(frame);
    return frame;
  }
}
