/** Replaces the transcoder: a test emits the frames. */

import type { EncodedFrame, LiveVideo } from '../../server/core/video/encoded-frame.ts';
import { timestamp90kAt } from '../../server/core/rtp/rtp-clock.ts';
import { NO_VIDEO } from './no-video.ts';

export class ScriptedVideo implements LiveVideo {
  readonly subscribers = new Map<string, (frame: EncodedFrame) => void>();
  readonly keyframeRequests: string[] = [];
  #nowUs = 1_700_000_000_000_000;

  subscribe(cameraId: string, onFrame: (frame: EncodedFrame) => void) {
    this.subscribers.set(cameraId, onFrame);
    return { close: () => void this.subscribers.delete(cameraId) };
  }

  requestKeyframe(cameraId: string): void {
    this.keyframeRequests.push(cameraId);
  }

  limitBitrate(): void {}

  rungsOf(cameraId: string) {
    return NO_VIDEO.rungsOf(cameraId);
  }

  send(cameraId: string, { keyframe = false, bytes = 100 } = {}): EncodedFrame {
    this.#nowUs += 40_000;
    const us = this.#nowUs;
    const frame: EncodedFrame = {
      cameraId,
      rung: 'full',
      layer: undefined,
      keyframe,
      repeated: false,
      width: 640,
      height: 480,
      data: Buffer.alloc(bytes, cameraId),
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
